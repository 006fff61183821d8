r"""Make docs/img/napari-*.png: the panel in use on a simulated sample video, and its timings.

    NAPARI_CONFIG=$(mktemp -d)/settings.yaml \
        xvfb-run -a -s "-screen 0 1920x1200x24" python -m benchmarks.napari_window OUT/normal

OUT/normal holds the results of sample_videos/normal.mp4 (`easytear analyze`). A simulated reader's
marks (annotations/) guide the hand that sets the points.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import napari
import numpy as np
import psutil
from easytear_napari.opening import Request
from easytear_napari.panel import AnnotatePanel
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from easytear.annotate import point_path, read_annotations
from easytear.annotate.model import PointTrack
from easytear.annotate.readers.assignment import assign, write_assignment
from easytear.annotate.readers.protocol import DENSE
from easytear.results import read_results

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "img"


class Window:
    """napari with the panel, and a hand."""

    def __init__(self, results: Path, annotations: Path, blind: bool) -> None:
        """Open it on the sample video."""
        self.viewer = napari.Viewer(title="EasyTear · normal.mp4")
        self.viewer.window.resize(1600, 1000)
        self.panel = AnnotatePanel(self.viewer)
        self.viewer.window.add_dock_widget(self.panel, name="Annotate and review", area="right")
        video = ROOT / "sample_videos" / "normal.mp4"
        begun = time.perf_counter()
        self.panel.open(Request(video, results, annotations, "reader", blind=blind))
        while self.panel.work.busy:
            QTest.qWait(20)
        self.opened_s = time.perf_counter() - begun
        if self.panel.annotator is None:
            sys.exit(self.panel.message.text())
        self.canvas = self.viewer.window._qt_viewer.canvas.native
        self.camera = getattr(self.viewer, "scene", self.viewer).camera
        self.settle()

    def settle(self) -> None:
        """Let the window draw."""
        QTest.qWait(300)

    def go(self, frame: int) -> None:
        """Go to a frame."""
        self.viewer.dims.set_current_step(0, frame)

    def point_to(self, x_px: float, y_px: float) -> None:
        """Move the mouse over a place in the image."""
        size = np.array([self.canvas.width(), self.canvas.height()])
        centre = np.array(self.camera.center[-2:])[::-1]
        at = (np.array([x_px, y_px]) - centre) * self.camera.zoom + size / 2
        QTest.mouseMove(self.canvas, QPoint(round(float(at[0])), round(float(at[1]))))
        wanted = np.array([y_px, x_px])
        while np.abs(np.array(self.viewer.cursor.position[-2:]) - wanted).max() > 2:
            QTest.qWait(5)

    def key(self, key: Qt.Key, shift: bool = False) -> None:
        """Press a key."""
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self.canvas, key, modifier)

    def drawn(self) -> None:
        """Have everything drawn that waits for it, once."""
        self.viewer.window._qt_viewer.canvas._scene_canvas.update()
        napari.qt.get_qapp().processEvents()

    def picture(self, name: str) -> None:
        """Save what the window shows."""
        self.settle()
        shot = self.viewer.screenshot(canvas_only=False, flash=False)
        Image.fromarray(shot[..., :3]).save(OUT / name, optimize=True)


def review(results: Path, folder: Path) -> None:
    """Show the review of the program's result."""
    window = Window(results, folder / "review.annotations.json", blind=False)
    print(f"opening with results: {window.opened_s:.1f} s")
    for _ in range(4):
        window.key(Qt.Key.Key_R)
    window.key(Qt.Key.Key_X)
    window.go(45)
    window.picture("napari-review.png")
    window.key(Qt.Key.Key_M)
    window.key(Qt.Key.Key_H)
    window.go(60)
    window.key(Qt.Key.Key_F)
    window.picture("napari-enhanced.png")
    window.key(Qt.Key.Key_M)
    window.key(Qt.Key.Key_H)
    scrub(window)
    window.viewer.close()


def scrub(window: Window) -> None:
    """Measure frames per second while going through the film with everything shown."""
    taken = []
    used = time.process_time()
    for frame in range(25, 145):
        begun = time.perf_counter()
        window.go(frame)
        window.drawn()
        taken.append(time.perf_counter() - begun)
    used = time.process_time() - used
    print(
        f"scrubbing with tracks: {1 / np.median(taken):.1f} frames/s (median), "
        f"{1000 * used / len(taken):.0f} ms of processor a frame"
    )


def protocol(results: Path, folder: Path) -> None:
    """Set five points by the protocol, and measure how long a key takes to be seen."""
    window = Window(results, folder / "points.annotations.json", blind=True)
    file = next((ROOT / "annotations").glob("normal.simulated-reader-a*.json"))
    marked = list(read_annotations(file).of(PointTrack))[:5]
    paths = [
        dict(zip(frames.tolist(), places, strict=True))
        for frames, places in (point_path(one) for one in marked)
    ]
    frames = [key.frame for key in marked[0].keyframes]
    taken: list[float] = []
    begun = time.perf_counter()
    window.go(frames[0])
    for n, frame in enumerate(frames):
        window.go(frame)
        for path in paths:
            window.point_to(*path[frame])
            pressed = time.perf_counter()
            window.key(Qt.Key.Key_A if n == 0 else Qt.Key.Key_W)
            window.drawn()
            taken.append(time.perf_counter() - pressed)
        if n == len(frames) // 3:
            window.go(frame + 4)
            window.picture("napari-points.png")
    whole = time.perf_counter() - begun
    print(f"key press to updated view: {1000 * np.median(taken):.0f} ms (median)")
    print(f"protocol: {len(taken)} placements over {len(frames)} frames, {whole:.1f} s of window")
    window.viewer.close()


def assigned(results: Path, folder: Path) -> None:
    """Show what a reader is to read, and where points begin."""
    plan = assign([read_results(results)], ["reader"], DENSE, each=1)
    sheet = folder / "reader.assignment.json"
    write_assignment(plan.assignments[0], sheet)
    viewer = napari.Viewer(title="EasyTear · reader.assignment.json")
    viewer.window.resize(1600, 1000)
    panel = AnnotatePanel(viewer)
    viewer.window.add_dock_widget(panel, name="Annotate and review", area="right")
    panel.open_assignment(sheet)
    while panel.work.busy:
        QTest.qWait(20)
    viewer.reset_view()
    QTest.qWait(300)
    shot = viewer.screenshot(canvas_only=False, flash=False)
    Image.fromarray(shot[..., :3]).save(OUT / "napari-assigned.png", optimize=True)
    viewer.close()


def main() -> None:
    """Make the pictures and print the figures."""
    results, folder = Path(sys.argv[1]), Path(tempfile.mkdtemp())
    OUT.mkdir(exist_ok=True)
    review(results, folder)
    protocol(results, folder)
    assigned(results, folder)
    print(f"memory: {psutil.Process().memory_info().rss / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
