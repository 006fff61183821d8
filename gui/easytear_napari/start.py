"""What `easytear annotate` does: napari with the video, and the panel beside it."""

from __future__ import annotations

from pathlib import Path

import napari

from easytear.base.errors import VideoError
from easytear_napari.opening import Request, default_annotator
from easytear_napari.panel import AnnotatePanel


def start(
    video: Path,
    *,
    results: Path | None = None,
    annotations: Path | None = None,
    annotator: str | None = None,
    blind: bool = False,
) -> None:
    """Open napari on a video and stay until its window is closed."""
    if not video.is_file():
        raise VideoError(f"{video}: there is no such file.")
    viewer = napari.Viewer(title=f"EasyTear · {video.name}")
    panel = AnnotatePanel(viewer)
    viewer.window.add_dock_widget(panel, name="Annotate and review", area="right")
    panel.open(Request(video, results, annotations, annotator or default_annotator(), blind))
    napari.run()
