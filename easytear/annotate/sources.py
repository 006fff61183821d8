"""Bytes of annotation files: from archives, in whatever encoding, never without bound."""

from __future__ import annotations

import errno
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from easytear.base.errors import AnnotationError
from easytear.base.limits import how_to_widen, limit, limit_bytes
from easytear.base.regular import open_regular, read_regular

_MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def decoded(content: bytes) -> str:
    """Return text in the encoding that its first bytes tell; else UTF-8, else Latin-1.

    Latin-1 is Windows' Western code page here (cp1252), as spreadsheets write it.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    AnnotationError
        If it cannot be read, or is larger than the limit `annotation_mb`.
    """
    try:
        content = read_regular(path, limit_bytes("annotation_mb"))
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({_why(error)}).") from error
    try:
        return decoded(content)
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: is no text of any encoding that is known.") from error


class Bounded(io.RawIOBase):
    """Reads a stream to a limit and says so where there is more."""

    def __init__(self, stream: BinaryIO, packed_bytes: int | None = None) -> None:
        """Read from a stream, so much as the limits allow; for a zip by its own size, too."""
        self._stream, self._name = stream, "annotation_mb"
        self._left = limit_bytes(self._name)
        if packed_bytes is not None and limit("zip_ratio") * packed_bytes < self._left:
            self._name, self._left = "zip_ratio", int(limit("zip_ratio") * packed_bytes)

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises
        ------
        ValueError
            If there are more than the limit.
        """
        content = self._stream.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        self.take(len(content))
        return content

    def take(self, count: int) -> None:
        """Count bytes; ValueError beyond the limit."""
        self._left -= count
        if self._left < 0:
            raise ValueError(f"its annotations.xml is too large ({how_to_widen(self._name)})")


@contextmanager
def opened(path: Path) -> Iterator[Bounded]:
    """Open a CVAT export: an XML file, or the annotations.xml anywhere in a zip.

    Raises
    ------
    AnnotationError
        If the file or archive cannot be read.
    """
    try:
        if path.suffix.lower() != ".zip":
            with open_regular(path) as file:
                yield Bounded(file)
            return
        packed = io.BytesIO(read_regular(path, limit_bytes("annotation_mb")))
        with zipfile.ZipFile(packed) as archive:
            name, bounds = _member(archive), Bounded(packed, packed.getbuffer().nbytes)
            bounds.take(
                archive.getinfo(name).file_size
            )  # what it says of itself, which may be a lie
            with archive.open(name) as member:
                yield Bounded(member, packed.getbuffer().nbytes)  # type: ignore[arg-type]
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({_why(error)}).") from error
    except RuntimeError as error:
        raise AnnotationError(f"{path}: is locked with a password; unpack it first.") from error
    except NotImplementedError as error:
        raise AnnotationError(f"{path}: is packed in a way that is not read; unpack it.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise AnnotationError(f"{path}: is damaged; download it again.") from error
    except KeyError as error:
        raise AnnotationError(f"{path}: holds no annotations.xml.") from error


def _why(error: OSError) -> str:
    if error.errno == errno.EFBIG:
        return f"it is too large: {how_to_widen('annotation_mb')}"
    return error.strerror or str(error)


def _member(archive: zipfile.ZipFile) -> str:
    """Return the one member that holds annotations.

    Raises
    ------
    KeyError
        If there is none, or several.
    """
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    every = [name for name in names if name.lower().endswith(".xml")]
    right = [n for n in every if n.rsplit("/", 1)[-1].lower() == "annotations.xml"] or every
    if len(right) != 1:
        raise KeyError("annotations.xml")
    return right[0]
