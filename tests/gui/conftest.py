"""A window of its own for every test, and videos and results that are made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6")
if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from easytear_gui import paths
from easytear_gui.app import make_app
from easytear_gui.main_window import MainWindow
from easytear_gui.person import keep_name
from easytear_gui.session.model import Decisions, State
from easytear_gui.theme.style import Theme
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from easytear.request.settings import Settings
from easytear.results import Analysis, BlinkInfo, write_results
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.video import VideoWriter
from tests.builders import FPS, Law, Part, build_analysis
from tests.film_video import write_film_video

COUNT = 120
NUMBERED = 60
ROOT = Path(__file__).resolve().parents[2]
LONG_MS = 240_000


@dataclass(frozen=True)
class Film:
    """A video from formulas, its analysis, and the folder of its results."""

    video: Path
    results: Path
    analysis: Analysis


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Two intervals, a partial blink between them, the second one of low quality."""
    folder = tmp_path_factory.mktemp("film")
    parts = (
        Part(0, 54, Law(2.0, 0.5, 0.1)),
        Part(
            60,
            COUNT - 1,
            Law(1.6, 0.6, 60 / FPS + 0.1),
            BlinkInfo(start_frame=55, end_frame=59, complete=False),
            ("partial_blink", "short_interval"),
            0.35,
        ),
    )
    analysis = build_analysis(parts, path=Path("eye.mp4"), frame_count=COUNT, tracks=30)
    video = write_film_video(folder / "eye.mp4", analysis)
    write_results(analysis, folder / "results" / "eye")
    return Film(video, folder / "results" / "eye", analysis)


@dataclass(frozen=True)
class Sample:
    """A short simulated video and what the command line made of it."""

    video: Path
    results: Path


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    scene = with_camera(
        make_scene("normal", 0), duration_s=1.7, width_px=320, height_px=240, fps=30.0
    )
    video = folder / "eye.mp4"
    simulate(scene, video)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "gui")])
    subprocess.run(
        [sys.executable, "-m", "easytear", "analyze", str(video), "-o", str(folder), "-q"],
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return Sample(video, folder / "eye")


@pytest.fixture(scope="session")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video whose every frame shows its own number as bars of black and white."""
    path = tmp_path_factory.mktemp("numbered") / "numbered.mp4"
    with VideoWriter(path, 160, 96, fps=FPS) as writer:
        for number in range(NUMBERED):
            writer.write(bars(number))
    return path


def bars(number: int) -> np.ndarray:
    """Return a picture of eight bars: the bits of a number."""
    bits = [(number >> k) & 1 for k in range(8)]
    return np.repeat(np.array(bits, np.uint8) * 255, 20)[None, :].repeat(96, axis=0)


def number_of(image: np.ndarray) -> int:
    """Return the number that a picture of bars shows."""
    grey = image[..., 1] if image.ndim == 3 else image
    return sum(int(grey[40:60, 20 * k + 5 : 20 * k + 15].mean() > 127) << k for k in range(8))


@pytest.fixture
def app() -> QApplication:
    """Return the application."""
    return make_app()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the app a home of its own."""
    folder = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(folder))
    keep_name("anna")
    return folder


@pytest.fixture
def open_window(app: QApplication, home: Path, qtbot: QtBot) -> Iterator[Callable[[], MainWindow]]:
    """Give a way to open windows; all are closed in the end."""
    windows: list[MainWindow] = []
    theme = Theme("light")
    theme.apply()

    def open_one() -> MainWindow:
        window = MainWindow(theme)
        windows.append(window)
        window.resize(1280, 720)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield open_one
    for window in windows:
        close(window)
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    """Return an open window."""
    return open_window()


@pytest.fixture
def finished(window: MainWindow, film: Film, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """Return a window with an analysed video open."""
    video = tmp_path / "videos" / "eye.mp4"
    video.parent.mkdir()
    shutil.copyfile(film.video, video)
    shutil.copytree(film.results, window.document.results_folder / "eye")
    window.opening.add_videos([video])
    key = window.document.session.videos[0].key
    window.document.set_record(
        key,
        state=State.DONE,
        results="eye",
        applied=Decisions(),
        applied_settings=Settings(),
        quality=0.8,
    )
    window.reload_results()
    settle(window, qtbot)
    qtbot.waitUntil(lambda: window.workspace.analysis is not None)
    return window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the first frame is shown and no background work is left."""
    qtbot.waitUntil(lambda: window.workspace.player.canvas.frame >= 0, timeout=20000)
    qtbot.waitUntil(lambda: not window.background.busy, timeout=20000)


def close(window: MainWindow) -> None:
    """Close a window with everything that it opened."""
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    window.close()


def dialog_of(window: MainWindow, qtbot: QtBot, kind: type[QDialog] = QDialog) -> QDialog:
    """Wait for a dialog of the window and return it."""

    def visible() -> list[QDialog]:
        return [d for d in window.findChildren(kind) if d.isVisible()]

    qtbot.waitUntil(lambda: bool(visible()))
    return visible()[-1]


def drop(window: MainWindow, files: list[Path]) -> None:
    """Drop files into a window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(f)) for f in files])
    at, buttons = QPoint(400, 300), Qt.MouseButton.LeftButton
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at, action, data, buttons, none))
    QApplication.sendEvent(window, QDropEvent(at, action, data, buttons, none))


def idle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: window.runner.running is None and not window.runner.waiting, timeout=LONG_MS
    )
    qtbot.waitUntil(lambda: not window.background.busy, timeout=LONG_MS)


def press_analyse(window: MainWindow, qtbot: QtBot) -> None:
    button = window.bar.widgetForAction(window.actions_["analyse"])
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
