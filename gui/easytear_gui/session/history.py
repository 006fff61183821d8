"""The undo history on disk: what each step changed, forwards and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from easytear.base.regular import read_json
from easytear.results import write_text
from easytear_gui.session.model import Session, Video

_FIELDS: Final = ("settings", "results_folder")
_MOST_STEPS: Final = 200


@dataclass(frozen=True)
class Past:
    """One step that can be undone."""

    text: str
    merge: str | None
    before: Session
    after: Session


def history_file(session_file: Path, folder: Path) -> Path:
    """Return where the history of a session is kept: with the app's own files."""
    digest = hashlib.sha256(str(session_file.resolve()).encode()).hexdigest()[:12]
    return folder / f"{session_file.stem}-{digest}.history"


def write_history(file: Path, steps: list[Past], index: int, now: Session) -> None:
    """Keep the steps; `index` of them are done, the others undone.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    cut = max(len(steps) - _MOST_STEPS, 0)
    cut = min(cut, index)
    data = {
        "now": _stamp(now),
        "index": index - cut,
        "steps": [
            {
                "text": step.text,
                "merge": step.merge,
                "forward": _difference(step.before, step.after),
                "back": _difference(step.after, step.before),
            }
            for step in steps[cut:]
        ],
    }
    write_text(file, json.dumps(data, ensure_ascii=False))


def read_history(file: Path, now: Session) -> tuple[list[Past], int]:
    """Return the steps that led to a session, and how many are done.

    None where there is no history, or it is not the history of this session.
    """
    try:
        data = read_json(file, "annotation_mb")
        if data["now"] != _stamp(now):
            return [], 0
        index, kept = int(data["index"]), data["steps"]
        first = now
        for step in reversed(kept[:index]):
            first = _patched(first, step["back"])
        out, session = [], first
        for step in kept:
            after = _patched(session, step["forward"])
            out.append(Past(str(step["text"]), step["merge"], session, after))
            session = after
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return [], 0
    return out, index


def _stamp(session: Session) -> str:
    """Return what tells whether a session is the one of its history, wherever its files lie."""
    data = session.model_dump(mode="json", exclude={"results_folder"})
    for video in data["videos"]:
        video.pop("path")
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _difference(before: Session, after: Session) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in _FIELDS:
        if getattr(before, name) != getattr(after, name):
            out[name] = after.model_dump(mode="json", include={name})[name]
    old = {v.key: v for v in before.videos}
    changed = [v for v in after.videos if old.get(v.key) != v]
    if before.videos != after.videos:
        out["order"] = [v.key for v in after.videos]
        out["videos"] = [v.model_dump(mode="json") for v in changed]
    return out


def _patched(session: Session, change: dict[str, Any]) -> Session:
    data: dict[str, Any] = {name: getattr(session, name) for name in _FIELDS}
    data |= {name: change[name] for name in _FIELDS if name in change}
    videos = {v.key: v for v in session.videos}
    if "order" in change:
        new = [Video.model_validate(v) for v in change["videos"]]
        videos |= {v.key: v for v in new}
        data["videos"] = tuple(videos[key] for key in change["order"])
    else:
        data["videos"] = session.videos
    return Session.model_validate(data)
