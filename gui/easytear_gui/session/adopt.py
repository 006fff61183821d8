"""Results that are there already: of the same video, and as the program itself made them."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from easytear.base.errors import EasyTearError
from easytear.request.request import Request
from easytear.request.settings import Settings
from easytear.results import read_summary


def settings_of_results(folder: Path, video: Path) -> Settings | None:
    """Return with which settings a folder's results were made.

    None where they are of another video, a person corrected them, their scale was given, or
    their settings are of another version: then they cannot be told from this session's.
    """
    from easytear.video import content_hash

    try:
        summary = read_summary(folder)
        settings = summary.request.settings
    except (EasyTearError, ValidationError):
        return None
    if summary.notes or summary.request != Request(settings=settings):
        return None
    if summary.video.sha256 != content_hash(video):
        return None
    return settings
