"""What files say about themselves beside their content: containers of videos, pictures, tables."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import av

from easytear.sharing.finds import Kind
from easytear.video.dicom import is_dicom, tags_of

Told = tuple[Kind, str]

_OF_THE_FORMAT: Final = {
    *("major_brand", "minor_version", "compatible_brands", "language", "vendor_id", "duration"),
    *("bps", "number_of_frames", "number_of_bytes", "_statistics_tags", "alpha_mode", "rotate"),
}
"""Keys that say what the file is like, and nothing about what is in it."""

_NAMES_OF_PROGRAMS: Final = re.compile(
    r"Lav[fc]\d.*|(Video|Sound|Data)Handler|Matplotlib version.*|easytear.*", re.I
)
_LIBRARIES_KEYS: Final = {"encoder", "handler_name", "software", "creating application"}

_PICTURE_FORMAT: Final = {
    *("dpi", "jfif", "jfif_version", "jfif_unit", "jfif_density", "gamma", "srgb", "aspect"),
    *("transparency", "interlace", "progression", "progressive", "loop", "duration", "version"),
    *("background", "extension", "adobe", "adobe_transform", "compression", "resolution"),
    *("icc_profile", "chromaticity", "photoshop_resolution", "timestamp", "default_image"),
}
_BINARY: Final = {"exif", "photoshop", "mp", "mpoffset"}
"""Parts whose content `getexif` tells, or that are no words."""


def of_container(path: Path) -> Iterator[Told]:
    """Yield what a video's container tells of its recording, and streams beside the picture."""
    if is_dicom(path):
        yield from (("metadata", f"{name} = {value[:120]}") for name, value in tags_of(path))
        return
    with av.open(f"file:{path}", metadata_errors="replace") as container:
        yield from _pairs("", container.metadata)
        for number, stream in enumerate(container.streams):
            yield from _pairs(f"stream {number} ", stream.metadata)
            if stream.type == "audio":
                yield "sound", f"stream {number}: a voice can tell who it is"
            elif stream.type != "video":
                yield "metadata", f"stream {number}: of kind {stream.type}"
        for chapter in container.chapters():
            yield from _pairs("chapter ", chapter["metadata"])


def _pairs(prefix: str, values: Mapping[str, str]) -> Iterator[Told]:
    for key, value in values.items():
        plain = key.lower()
        of_program = plain in _LIBRARIES_KEYS and _NAMES_OF_PROGRAMS.fullmatch(value.strip())
        if plain in _OF_THE_FORMAT or plain.startswith("duration") or of_program or not value:
            continue
        yield "metadata", f"{prefix}{key} = {value[:120]}"


def of_picture(data: bytes) -> Iterator[Told]:
    """Yield what a picture tells beside what it shows: EXIF, text chunks, comments.

    Raises
    ------
    OSError
        If it is no picture that can be read.
    """
    from PIL import ExifTags, Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = Image.open(io.BytesIO(data))
        picture.load()
        exif = picture.getexif()
    for key, value in picture.info.items():
        name = str(key).lower()
        program = name in _LIBRARIES_KEYS and _NAMES_OF_PROGRAMS.fullmatch(str(value).strip())
        if name not in _PICTURE_FORMAT | _BINARY and not program:
            yield "metadata", f"{key} = {_short(value)}"
    for tag, value in exif.items():
        name = ExifTags.TAGS.get(tag, str(tag))
        if name not in _TIFF_FORMAT and str(value).strip("\0 "):
            yield "metadata", f"EXIF {name} = {_short(value)}"
    for block in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        tags = ExifTags.GPSTAGS if block == ExifTags.IFD.GPSInfo else ExifTags.TAGS
        for tag, value in exif.get_ifd(block).items():
            name = tags.get(tag, str(tag))
            if name not in _TIFF_FORMAT:
                yield "metadata", f"EXIF {name} = {_short(value)}"


_TIFF_FORMAT: Final = {
    *("ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation"),
    *("StripOffsets", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "XResolution"),
    *("YResolution", "PlanarConfiguration", "ResolutionUnit", "ExifOffset", "GPSInfo"),
    *("ExifVersion", "ColorSpace", "ExifImageWidth", "ExifImageHeight", "Orientation"),
    *("FillOrder", "SampleFormat", "NewSubfileType", "YCbCrPositioning", "ComponentsConfiguration"),
    *("FlashPixVersion", "Predictor", "TileWidth", "TileLength", "TileOffsets", "TileByteCounts"),
}
"""Tags that say how the picture is stored."""


def _short(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text[:120]


def cells_of_parquet(path: Path) -> Iterator[str]:
    """Yield the texts of a Parquet file: names and words of its columns, and every text cell."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        yield str(schema)
        for holder in (schema, *schema):
            for key, value in (holder.metadata or {}).items():
                if key != b"ARROW:schema":
                    yield f"{key.decode(errors='replace')}: {value.decode(errors='replace')}"
        texts = [f.name for f in schema if pa.types.is_string(f.type) or not _plain(f.type)]
        for batch in file.iter_batches(columns=texts) if texts else ():
            for column in batch.columns:
                for value in column.unique().to_pylist():
                    if value is not None:
                        yield str(value)


def _plain(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    )
