"""Results that are there already, of the same video: with what they were made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from easytear.base.errors import EasyTearError
from easytear.request.request import Request
from easytear.request.settings import Settings
from easytear.request.settings.video import VideoSettings
from easytear.results import read_summary
from easytear_gui.running.runner import digest_of
from easytear_gui.session.model import Decisions


@dataclass(frozen=True)
class Made:
    """With what results were made, and the digest of their summary."""

    decisions: Decisions
    settings: Settings
    digest: str | None


def made_with(folder: Path, video: Path) -> Made | None:
    """Return with which decisions and settings a folder's results were made.

    None where they are of another video or of a stretch of it, or do not tell (older formats).
    """
    from easytear.video import content_hash

    try:
        digest = digest_of(folder)
        summary = read_summary(folder)
        request = summary.request
    except (EasyTearError, ValidationError):
        return None
    if request.unknown or request.start_s is not None or request.end_s is not None:
        return None
    if summary.video.sha256 != content_hash(video):
        return None
    return Made(*_split(request), digest)


def _split(request: Request) -> tuple[Decisions, Settings]:
    """Return what a person decides about one video, and the settings that hold for many."""
    settings, fps = request.settings, request.settings.video.fps or None
    settings = settings.model_copy(update={"video": VideoSettings()})
    corrections = request.corrections
    labels: dict[str, str | None] = {}
    labels |= {name: value for name, value in request.labels.items() if value}
    scale = request.scale
    return Decisions(corrections=corrections, scale=scale, fps=fps, labels=labels), settings
