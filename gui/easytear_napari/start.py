"""What `easytear annotate` does: napari with the video, and the panel beside it."""

from __future__ import annotations

from pathlib import Path

import napari

from easytear.annotate.readers.assignment import read_assignment
from easytear.base.errors import VideoError
from easytear_napari.opening import Request, default_annotator
from easytear_napari.panel import AnnotatePanel


def start(
    video: Path | None,
    *,
    results: Path | None = None,
    annotations: Path | None = None,
    annotator: str | None = None,
    blind: bool = False,
    assignment: Path | None = None,
) -> None:
    """Open napari on a video, or on what a reader is to read, until its window is closed."""
    if video is not None and not video.is_file():
        raise VideoError(f"{video}: there is no such file.")
    if assignment is not None:
        read_assignment(assignment)  # a wrong file is told before a window opens
    name = video or assignment
    viewer = napari.Viewer(title=f"EasyTear · {name.name if name else ''}")
    panel = AnnotatePanel(viewer)
    viewer.window.add_dock_widget(panel, name="Annotate and review", area="right")
    if assignment is not None:
        panel.open_assignment(assignment)
    elif video is not None:
        panel.open(Request(video, results, annotations, annotator or default_annotator(), blind))
    napari.run()
