"""Reader for napari: videos as lazy frames, results folders as video with tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from easytear.annotate.video import find_video
from easytear.base.errors import EasyTearError, ResultsError
from easytear.results import Analysis, read_results, read_summary
from easytear_napari.frames import FrameStore, VideoArray

LayerData = tuple[Any, dict[str, Any], str]
METADATA = "easytear"


def get_reader(path: str | Sequence[str]) -> Callable[[Any], list[LayerData]] | None:
    """Return what reads a path, None where EasyTear has no use for it. Never raises."""
    if not isinstance(path, str):
        return None
    place = Path(path)
    folder = _results_folder(place)
    if folder is not None:
        return lambda _path: read_results_folder(folder)
    if place.is_file() and place.suffix != ".json":
        return lambda _path: read_video(place)
    return None


def read_video(path: Path, results: Path | None = None) -> list[LayerData]:
    """Return a video as one lazy image layer (frame, y, x, colour).

    Raises
    ------
    VideoError
        If it cannot be opened.
    """
    store = FrameStore(path)
    said = {METADATA: {"video": str(path), "results": None if results is None else str(results)}}
    known: dict[str, Any] = {
        "name": path.stem,
        "rgb": True,
        "multiscale": False,
        "metadata": said,
        "axis_labels": ("frame", "y", "x"),
    }
    return [(VideoArray(store), known, "image")]


def read_results_folder(folder: Path) -> list[LayerData]:
    """Return a results folder as video and tracks.

    Raises
    ------
    EasyTearError
        If the results are not whole, or the video is nowhere.
    """
    analysis = read_results(folder)
    video = find_video(analysis, folder)
    if video is None:
        raise ResultsError(
            f"{folder}: the video {analysis.summary.video.path} is not there any more; "
            "put it beside the results folder."
        )
    return [*read_video(video, folder), *_tracks(analysis)]


def _tracks(analysis: Analysis) -> list[LayerData]:
    table = analysis.tracks.sort_values(["track_id", "frame"])
    if table.empty:
        return []
    rows = table[["track_id", "frame", "y_px", "x_px"]].to_numpy(dtype=float)
    features = {"sd_px": np.nan_to_num(table["sd_px"].to_numpy(dtype=float))}
    said = {METADATA: {"tracks": True}}
    known = {"name": "tracks", "tail_length": 20, "features": features, "metadata": said}
    return [(rows, known, "tracks")]


def _results_folder(place: Path) -> Path | None:
    folder = place if place.is_dir() else place.parent
    if place.name != "summary.json" and not place.is_dir():
        return None
    try:
        read_summary(folder)
    except EasyTearError:
        return None
    return folder
