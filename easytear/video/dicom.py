"""Films in DICOM files: pixels and frame times as a video, and what the tags tell of it.

Tags after DICOM PS3.3: Cine Module (C.7.6.5), Multi-frame Module (C.7.6.6), Image Pixel (C.7.6.3).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from easytear.base.errors import MissingExtraError, VideoError
from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.limits import how_to_widen, limit, whole_limit
from easytear.base.regular import open_regular
from easytear.video.writer import VideoWriter

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PREAMBLE = 128
_EYE: Final = {"R": "OD", "L": "OS"}
_VIDEO_SYNTAX = tuple(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109))
"""Transfer syntaxes whose pixel data are an MPEG-2, H.264 or HEVC stream (PS3.5, A.4.5 on)."""
_PACKED_WHOLE: Final = "1.2.840.10008.1.2.1.99"
"""Deflated (PS3.5, A.5): unpacked in memory without bound, and used for no film."""
_TELLING: Final = {
    *("AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"),
}
"""Value representations (PS3.5, 6.2) that hold words, dates and identifiers."""
_NOT_READ = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RuntimeError)
"""What pydicom and its decoders raise on tags and pictures that are not as the standard says."""
_LOSSLESS: Final = {"gray": "gray", "bgr24": "bgr0"}

_Key = tuple[Path, int, int]
_made: dict[_Key, tuple[tempfile.TemporaryDirectory[str], Path]] = {}
_lock = Lock()


def is_dicom(path: Path) -> bool:
    """Return whether a file begins as DICOM files do (PS3.10, 7.1), whatever its name."""
    try:
        with open_regular(path) as file:  # a pipe would be waited for without end
            file.seek(_PREAMBLE)
            return file.read(4) == b"DICM"
    except OSError:
        return False


def as_video(path: Path) -> Path:
    """Return a video with the same pictures and times, in a temporary place while this runs.

    A compressed film stays as it is; single pictures are kept without loss, 8 bits a sample.

    Raises
    ------
    VideoError
        If the file holds no film, no frame times, or pictures that cannot be read.
    MissingExtraError
        If pydicom is not installed.
    """
    state = path.stat()
    key = path.resolve(), state.st_size, state.st_mtime_ns
    with _lock:
        if key not in _made:
            place = tempfile.TemporaryDirectory(prefix="easytear-dicom-")
            try:
                _made[key] = place, _convert(path, Path(place.name))
            except _NOT_READ as error:  # tags are turned into numbers as they are asked for
                raise VideoError(
                    f"{path}: its tags or pictures cannot be read ({error}); export it again, "
                    "uncompressed."
                ) from error
        return _made[key][1]


def labels_of(path: Path) -> dict[str, str | None]:
    """Return subject, eye, date and instrument as the tags tell them; empty for other files."""
    if not is_dicom(path):
        return {}
    tags = _read(path, pixels=False)
    eye = str(tags.get("ImageLaterality") or tags.get("Laterality") or "")
    day = str(tags.get("AcquisitionDate") or tags.get("StudyDate") or "")
    instrument = [str(tags.get(name) or "") for name in ("Manufacturer", "ManufacturerModelName")]
    told = {
        "subject": str(tags.get("PatientID") or ""),
        "eye": _EYE.get(eye, ""),
        "date": f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 and day.isdigit() else "",
        "instrument": " ".join(filter(None, instrument)),
    }
    return {name: text.strip() for name, text in told.items() if text.strip()}


def tags_of(path: Path) -> list[tuple[str, str]]:
    """Return name and value of every tag that holds text: persons, places, dates, numbers."""
    return [
        (tag.name, str(tag.value))
        for tag in _read(path, pixels=False).iterall()
        if tag.VR in _TELLING and str(tag.value).strip()
    ]


def _read(path: Path, *, pixels: bool) -> Dataset:
    try:
        from pydicom import dcmread
        from pydicom.errors import InvalidDicomError
        from pydicom.filereader import read_file_meta_info
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: DICOM files need the extra 'files': pip install 'easytear[files]'."
        ) from error
    try:
        if read_file_meta_info(path).get("TransferSyntaxUID") == _PACKED_WHOLE:
            raise VideoError(f"{path}: is packed as a whole; export it uncompressed.")
        return dcmread(path, stop_before_pixels=not pixels, defer_size="1 MB")
    except VideoError:
        raise
    except (InvalidDicomError, OSError, EOFError, *_NOT_READ) as error:
        raise VideoError(f"{path}: cannot be read as DICOM; export it again.") from error


def _convert(path: Path, folder: Path) -> Path:
    tags = _read(path, pixels=True)
    if int(tags.get("NumberOfFrames") or 1) < 2 or "PixelData" not in tags:
        raise VideoError(f"{path}: is a DICOM file without a film; choose a multi-frame one.")
    if str(tags.file_meta.get("TransferSyntaxUID", "")) in _VIDEO_SYNTAX:
        return _stream(tags, folder / "film")
    return _pictures(path, tags, folder / "film.mkv")


def _stream(tags: Dataset, out: Path) -> Path:
    """Write the film as it stands in the file."""
    from pydicom.encaps import generate_fragments, parse_basic_offsets

    data = BytesIO(tags.PixelData)
    parse_basic_offsets(data)  # an item before the film's own
    with out.open("wb") as file:
        file.writelines(generate_fragments(data))
    return out


def _pictures(path: Path, tags: Dataset, out: Path) -> Path:
    """Write single pictures as a film without loss."""
    time_s = frame_times(path, tags)
    height, width = int(tags.get("Rows") or 0), int(tags.get("Columns") or 0)
    if not 0 < height * width <= limit("picture_megapixels") * 1e6:
        raise VideoError(
            f"{path}: has pictures of {width} x {height} pixels, which are not read "
            f"({how_to_widen('picture_megapixels')})."
        )
    kind = "gray" if int(tags.get("SamplesPerPixel") or 1) == 1 else "bgr24"
    with VideoWriter(out, width, height, codec="ffv1", pixel_format=_LOSSLESS[kind]) as film:
        for picture, moment in zip(_bytes(path, tags), time_s, strict=False):
            film.write(picture, float(moment))
    return out


def frame_times(path: Path, tags: Dataset) -> FloatArray:
    """Return the (frames,) times in seconds from the first frame, as the Cine Module tells them.

    Raises
    ------
    VideoError
        If neither FrameTimeVector nor FrameTime nor CineRate is there.
    """
    count = int(tags.NumberOfFrames)
    if count > whole_limit("video_frames"):
        raise VideoError(
            f"{path}: has {count} frames; cut it into parts ({how_to_widen('video_frames')})."
        )
    steps_ms: Any = tags.get("FrameTimeVector")
    if steps_ms is not None and len(steps_ms) == count:
        steps = np.asarray(steps_ms, float) / 1000.0
        if not (steps[1:] > 0).all():
            raise VideoError(f"{path}: its frame times do not rise; export it again.")
        return np.asarray(np.cumsum(steps) - steps[0])
    step_s = float(tags.get("FrameTime") or 0) / 1000.0
    if step_s <= 0:
        rate = float(tags.get("CineRate") or tags.get("RecommendedDisplayFrameRate") or 0)
        step_s = 1.0 / rate if rate > 0 else 0.0
    if not step_s > 0:
        raise VideoError(f"{path}: tells no frame times (tag FrameTime); export it with them.")
    return np.arange(count) * step_s


def _bytes(path: Path, tags: Dataset) -> Iterator[ByteArray]:
    """Yield each picture, grey or blue-green-red, 8 bits a sample."""
    from pydicom.pixels.utils import iter_pixels

    shift = max(int(tags.get("BitsStored") or 8) - 8, 0)
    inverted = str(tags.get("PhotometricInterpretation", "")) == "MONOCHROME1"
    for picture in iter_pixels(path):
        scaled = (picture >> shift).astype(np.uint8)
        if scaled.ndim == 3:
            yield np.ascontiguousarray(scaled[..., ::-1])
        else:
            yield 255 - scaled if inverted else scaled
