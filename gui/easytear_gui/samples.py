"""The sample videos: they ship with the program."""

from __future__ import annotations

from pathlib import Path


def sample_videos() -> list[Path]:
    """Return the sample videos, of the installed package or of a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "sample_videos", here.parents[1] / "sample_videos"):
        found = sorted(folder.glob("*.mp4"))
        if found:
            return found
    return []
