"""Session files (.easytear, JSON): relative paths, and moved videos found again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from easytear.base.errors import EasyTearError
from easytear.base.regular import read_json
from easytear.base.suffixes import VIDEO_SUFFIXES
from easytear.base.text import said
from easytear_gui.session.model import Record, Session, State, Video

SUFFIX = ".easytear"
SCHEMA = "easytear-session/1"
_HEAD_BYTES = 1 << 20


def fingerprint(path: Path) -> tuple[int, str]:
    """Return a video's size in bytes and the SHA-256 of its first and last mebibyte.

    Enough to know a moved file again, and quick whatever the file's length.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_HEAD_BYTES))
        if size > 2 * _HEAD_BYTES:
            file.seek(-_HEAD_BYTES, os.SEEK_END)
            digest.update(file.read(_HEAD_BYTES))
    return size, digest.hexdigest()


def session_json(session: Session, records: Mapping[str, Record], file: Path) -> str:
    """Return the text of a session file that will stand at `file`."""
    data = session.model_dump(mode="json")
    for entry, video in zip(data["videos"], session.videos, strict=True):
        entry["path"] = _relative(video.path, file.parent)
    if session.results_folder is not None:
        data["results_folder"] = _relative(session.results_folder, file.parent)
    data["records"] = {
        video.key: settled(records[video.key]).model_dump(mode="json")
        for video in session.videos
        if video.key in records
    }
    return json.dumps({"schema": SCHEMA, **data}, indent=1, ensure_ascii=False) + "\n"


def settled(record: Record) -> Record:
    """Return the record as it is kept on disk: what ran when the app ended did not finish."""
    if not record.busy:
        return record
    state = State.DONE if record.applied is not None else State.NEW
    return record.model_copy(update={"state": state, "message": "", "share": 0.0})


def read_session(file: Path) -> tuple[Session, dict[str, Record]]:
    """Read a session file.

    Raises
    ------
    EasyTearError
        If it cannot be read or is of another version.
    """
    try:
        data: dict[str, Any] = dict(read_json(file, "annotation_mb"))
    except OSError as error:
        raise EasyTearError(f"{file}: cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError) as error:
        raise EasyTearError(f"{file}: is not an EasyTear session.") from error
    version = data.pop("schema", None)
    if version != SCHEMA:
        raise EasyTearError(
            f"{file}: is of version {version!r}; this program reads {SCHEMA}. "
            "Open it with the EasyTear that wrote it."
        )
    try:
        records = {k: Record.model_validate(v) for k, v in data.pop("records", {}).items()}
        session = Session.model_validate(data)
    except (ValidationError, AttributeError) as error:
        raise EasyTearError(f"{file}: is damaged ({_first(error)}).") from error
    return _absolute(session, file.parent), records


def relinked(session: Session, folders: Iterable[Path]) -> Session:
    """Return the session with missing videos looked up by size and content below `folders`."""
    missing = [v for v in session.videos if not v.path.is_file()]
    if not missing:
        return session
    places = list(folders)
    for video in missing:
        found = next((c for c in _candidates(video, places) if _same(video, c)), None)
        if found is not None:
            session = session.with_video(video.model_copy(update={"path": found}))
    return session


def videos_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the videos among files and below folders, hidden ones left out."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES)
            yield from (
                p
                for p in inside
                if p.is_file() and not any(q.startswith(".") for q in p.relative_to(path).parts)
            )
        else:
            yield path


def _candidates(video: Video, folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield folder / video.path.name
    for folder in folders:
        if folder.is_dir():
            yield from sorted(folder.glob(f"**/{_escaped(video.path.name)}"))
            yield from sorted(p for p in folder.glob("*") if p.suffix.lower() in VIDEO_SUFFIXES)


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _same(video: Video, path: Path) -> bool:
    if not path.is_file():
        return False
    if video.head_sha256 is None:
        return path.name == video.path.name
    if video.size_bytes is not None and path.stat().st_size != video.size_bytes:
        return False
    return fingerprint(path)[1] == video.head_sha256


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _absolute(session: Session, folder: Path) -> Session:
    videos = tuple(
        v.model_copy(update={"path": Path(os.path.normpath(folder / v.path))})
        for v in session.videos
    )
    results = session.results_folder
    if results is not None:
        results = Path(os.path.normpath(folder / results))
    return session.model_copy(update={"videos": videos, "results_folder": results})


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return ".".join(str(part) for part in first["loc"]) or said(first["msg"])
    return "its records"
