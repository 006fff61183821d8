"""A folder looked through for everything that could tell who somebody is."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import logging
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from easytear.base.errors import VideoError
from easytear.base.progress import SILENT, Progress
from easytear.base.suffixes import VIDEO_SUFFIXES
from easytear.sharing import metadata
from easytear.sharing.burnt_in import Box, rectangles, text_in_film, text_in_picture
from easytear.sharing.documents import texts_of_pdf
from easytear.sharing.finds import NOBODY, Find, Kind, Wanted, in_text
from easytear.video import FrameReader

NO_TIME_S: Final = 315_532_800
"""1 January 1980, 0:00 UTC: the time that files of datasets get. ZIP archives know none earlier."""
_UNTIL_S: Final = NO_TIME_S + 366 * 86_400
"""Drives that keep local time shift it by hours; no video is from that year."""

LOOKS: Final = 24
"""Frames of a video that are looked at for writing."""
_LARGEST_TEXT: Final = 200_000_000
_LARGEST_MEMBER: Final = 100_000_000
"""Bytes of one member of an archive: what is larger is said not to be looked into."""
_PICTURES: Final = frozenset(
    (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".jp2")
)
_EMBEDDED: Final = re.compile(rb"data:image/[a-z+]+;base64,([A-Za-z0-9+/=\s]+)")
_RUNS: Final = re.compile(rb"[\x20-\x7e\t]{6,}")
_WIDE_RUNS: Final = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")

_Told = tuple[str, Kind, str]
log = logging.getLogger(__name__)


def check_folder(folder: Path, wanted: Wanted = NOBODY, progress: Progress = SILENT) -> list[Find]:
    """Look through a folder for what could tell who somebody is, where, or when.

    Looked at are the names of files and folders, their times, every byte of text (also in
    archives, tables and between other bytes), what containers and pictures tell of themselves,
    and writing in pictures and videos. Nothing is changed.

    Parameters
    ----------
    folder : Path
        Where to look; links are told, not followed.
    wanted : Wanted
        Names to look for, beside what looks like a path, an address or a date.
    progress : Progress
        Told how far the work is.
    """
    files = sorted(_files(folder))
    finds: Counter[_Told] = Counter()
    for number, path in enumerate(files):
        shown = path.relative_to(folder).as_posix()
        progress.update(number, len(files), shown)
        if path.is_symlink():
            finds[shown, "link", os.readlink(path)] += 1
            continue
        for kind, what, _ in in_text(shown, wanted):
            finds[f"the name of {shown}", kind, what] += 1
        if path.is_file():
            for where, kind, what in _of_file(path, wanted):
                finds[f"{shown}{where}", kind, what] += 1
    found = [Find(place, kind, what, n) for (place, kind, what), n in finds.items()]
    return found + _times(folder, files)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders.sort()
        yield from (here / name for name in (*folders, *names))


def _times(folder: Path, files: list[Path]) -> list[Find]:
    """Return one line about the times of all files: each tells when it was made."""
    times = [p.lstat().st_mtime for p in files if p.is_file() and not p.is_symlink()]
    told = [t for t in times if not t < _UNTIL_S]
    if not told:
        return []
    first, last = (
        datetime.fromtimestamp(t, UTC).date().isoformat() for t in (min(told), max(told))
    )
    span = first if first == last else f"{first} to {last}"
    return [Find(folder.name or str(folder), "file time", f"files changed {span}", len(told))]


def _of_file(path: Path, wanted: Wanted) -> Iterator[_Told]:
    try:
        ending = path.suffix.lower()
        if ending in VIDEO_SUFFIXES:
            yield from _of_video(path, wanted)
        elif ending in _PICTURES:
            yield from _of_picture(path.read_bytes(), "")
        elif ending == ".parquet":
            for text in metadata.cells_of_parquet(path):
                yield from ((", a cell", kind, what) for kind, what, _ in in_text(text, wanted))
        yield from _of_bytes(path, wanted)
    except (OSError, ValueError, EOFError, ImportError, zipfile.BadZipFile) as error:
        log.info("%s", path, exc_info=True)
        yield "", "not looked into", str(error)[:120] or type(error).__name__


def _of_video(path: Path, wanted: Wanted) -> Iterator[_Told]:
    try:
        for kind, what in metadata.of_container(path):
            yield "", kind, what
        yield from _writing(rectangles(writing_in(path)), "")
    except (av.error.FFmpegError, VideoError) as error:
        yield "", "not looked into", f"no video that can be opened ({str(error)[:80]})"


def writing_in(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return where writing stands in a video at any time, (height, width).

    Raises
    ------
    VideoError
        If it cannot be read.
    """
    with FrameReader(path) as reader:
        count = min(LOOKS, len(reader))
        places = np.unique(np.linspace(0, len(reader) - 1, count).round().astype(int))
        return text_in_film([reader.read(int(place)) for place in places])


def _of_picture(data: bytes, where: str) -> Iterator[_Told]:
    for kind, what in metadata.of_picture(data):
        yield where, kind, what
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        yield where, "not looked into", "a picture that cannot be decoded"
        return
    yield from _writing(text_in_picture(np.asarray(grey, np.uint8)), where)


def _writing(boxes: list[Box], where: str) -> Iterator[_Told]:
    if boxes:
        x, y, w, h = boxes[0]
        more = f", and in {len(boxes) - 1} more places" if len(boxes) > 1 else ""
        yield where, "text in the picture", f"at {x}, {y} ({w} x {h} px){more}"


def _of_bytes(path: Path, wanted: Wanted) -> Iterator[_Told]:
    """Look at the bytes of a file, some at a time; of an archive, at those of its members."""
    with path.open("rb") as file:
        head = file.read(256)
        if head[128:132] == b"DICM":
            yield "", "metadata", "a DICOM file: its header names the patient"
        if zipfile.is_zipfile(path):
            yield from _of_archive(path, wanted)
        elif head[:2] == b"\x1f\x8b":
            with gzip.open(path) as inner:
                data = inner.read(_LARGEST_MEMBER + 1)
            yield from _of_member(data, ", inside", wanted)
        file.seek(0)
        rest = b""
        while piece := file.read(1 << 24):
            whole = rest + piece
            yield from _in_bytes(whole, "", wanted, path.suffix.lower())
            rest = b"" if len(whole) < (1 << 24) else whole[-256:]


def _of_archive(path: Path, wanted: Wanted) -> Iterator[_Told]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            where = f", {member.filename}"
            if member.date_time[0] > 1980:
                yield where, "file time", "-".join(f"{v:02d}" for v in member.date_time[:3])
            for kind, what, _ in in_text(member.filename, wanted):
                yield where, kind, what
            if member.flag_bits & 1 or member.file_size > _LARGEST_MEMBER:
                yield where, "not looked into", "locked or too large"
                continue
            yield from _of_member(archive.read(member), where, wanted)


def _of_member(data: bytes, where: str, wanted: Wanted) -> Iterator[_Told]:
    if len(data) > _LARGEST_MEMBER:
        yield where, "not looked into", "too large"
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield where, "not looked into", "an archive in an archive"
    if data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        with suppress(OSError):
            yield from _of_picture(data, where)
    yield from _in_bytes(data, where, wanted, "")


def _in_bytes(data: bytes, where: str, wanted: Wanted, ending: str) -> Iterator[_Told]:
    for number, match in enumerate(_EMBEDDED.finditer(data), 1):
        with suppress(binascii.Error, OSError):
            yield from _of_picture(base64.b64decode(match[1]), f"{where}, picture {number}")
    data = _EMBEDDED.sub(b" ", data)
    if ending == ".pdf" or data.startswith(b"%PDF-"):
        for words in texts_of_pdf(data):
            yield from ((where, kind, what) for kind, what, _ in in_text(words, wanted))
        return
    text = _as_text(data)
    if text is not None:
        for kind, what, start in in_text(text, wanted):
            yield f"{where}, line {text.count(chr(10), 0, start) + 1}", kind, what
        return
    for runs, code in ((_RUNS, "latin-1"), (_WIDE_RUNS, "utf-16-le")):
        for run in runs.finditer(data):
            for kind, what, _ in in_text(run[0].decode(code), NOBODY):
                yield where, kind, what
    for named in wanted.in_bytes.finditer(data) if wanted.in_bytes else ():
        yield where, "name", named[0].decode("latin-1")


def _as_text(data: bytes) -> str | None:
    """Return bytes as text, None where they are none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        with suppress(UnicodeDecodeError):
            return data.decode("utf-16")
    if b"\0" in data[:4096]:
        return None
    for code in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(code)
    return None
