"""File > Open Sample: the simulated videos that come with EasyTear."""

from __future__ import annotations

from pathlib import Path

from easytear.base.errors import VideoError
from easytear_napari.reader import LayerData, read_video


def normal() -> list[LayerData]:
    """Return the sample video of a normal eye."""
    return read_video(sample_video("normal"))


def dry() -> list[LayerData]:
    """Return the sample video of a dry eye."""
    return read_video(sample_video("dry"))


def difficult() -> list[LayerData]:
    """Return the difficult sample video."""
    return read_video(sample_video("difficult"))


def sample_video(name: str) -> Path:
    """Return where a sample video is: in the installed package, or in the source tree.

    Raises
    ------
    VideoError
        If it did not come with this installation.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "sample_videos", here.parents[1] / "sample_videos"):
        found = sorted(folder.glob(f"{name}*.mp4"))
        if found:
            return found[0]
    raise VideoError(
        f"The sample video '{name}' is not part of this installation; "
        f"make one with: easytear simulate . --preset {name}"
    )
