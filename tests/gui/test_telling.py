"""What the window says of videos that are new, failed, without an eye, or without a rate."""

from collections.abc import Callable
from pathlib import Path

import pytest
from easytear_gui import paths, words
from easytear_gui.main_window import MainWindow
from easytear_gui.person import keep_name
from easytear_gui.player.tools import EllipseTool
from easytear_gui.running.plan import Work
from easytear_gui.samples import sample_videos
from easytear_gui.session.model import State
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from easytear.results import read_summary
from easytear.video import VideoWriter
from tests.gui.conftest import bars, dialog_of, idle, press_analyse, settle


@pytest.fixture
def eyeless(tmp_path: Path) -> Path:
    """A short video in which nothing is an eye."""
    path = tmp_path / "bars.mp4"
    with VideoWriter(path, 160, 96, fps=30) as writer:
        for number in range(30):
            writer.write(bars(number))
    return path


def test_new_and_failed_videos_promise_no_curves(
    window: MainWindow, numbered: Path, qtbot: QtBot
) -> None:
    window.opening.add_videos([numbered])
    settle(window, qtbot)
    said = window.workspace.plots._empty
    assert "press Analyse" in said.text()
    assert "press Analyse" in window.workspace.detail.toPlainText()
    window.document.set_record(window.open_key or "", state=State.FAILED, message="broken.")
    window.running.tell()
    assert "no curves" in said.text()
    assert "no curves" in window.workspace.detail.toPlainText()


def test_a_video_that_opens_says_so(window: MainWindow, numbered: Path, qtbot: QtBot) -> None:
    canvas = window.workspace.player.canvas
    canvas.resize(400, 300)
    plain = canvas.grab().toImage()
    canvas.set_waiting("Opening numbered.mp4")
    assert canvas.grab().toImage() != plain
    window.opening.add_videos([numbered])
    settle(window, qtbot)
    assert not canvas._ticks.isActive()


def test_no_eye_is_said_and_can_be_drawn(window: MainWindow, eyeless: Path, qtbot: QtBot) -> None:
    window.opening.add_videos([eyeless])
    settle(window, qtbot)
    press_analyse(window, qtbot)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: window.workspace.analysis is not None)
    banner = window.workspace.banner
    assert "No eye was found" in banner.text.text()
    qtbot.mouseClick(banner.buttons["Draw the iris's edge"], Qt.MouseButton.LeftButton)
    canvas = window.workspace.player.canvas
    assert isinstance(canvas.tool, EllipseTool)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    key = window.open_key or ""
    assert window.runner.work_for(key) == Work.FULL
    press_analyse(window, qtbot)
    idle(window, qtbot)
    folder = window.document.results_of(key)
    assert folder is not None
    assert len(read_summary(folder).request.corrections.irises) == 1


def test_a_frame_rate_is_given_and_taken_back(
    window: MainWindow, numbered: Path, qtbot: QtBot
) -> None:
    window.opening.add_videos([numbered])
    settle(window, qtbot)
    player = window.workspace.player.player
    before = float(player.time_s[-1])
    fps = player.facts.fps_mean  # type: ignore[union-attr]
    window.actions_["frame_rate"].trigger()
    dialog = dialog_of(window, qtbot, QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setDoubleValue(4 * fps)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(player) > 0 and player.time_s[-1] < before / 2)
    assert player.time_s[-1] == pytest.approx(before / 4, rel=0.01)
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: len(player) > 0 and player.time_s[-1] == before)


def test_the_name_is_asked_once_and_stands_beside_every_correction(
    finished: MainWindow, qtbot: QtBot
) -> None:
    paths.preferences().remove("person/name")
    finished.correcting.exclude(0, "glare")
    dialog = dialog_of(finished, qtbot, QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("Dr. Berg")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    finished.correcting.exclude(1, "lashes")
    excluded = finished.document.session.videos[0].decisions.corrections.excluded
    assert [e.by for e in excluded] == ["Dr. Berg", "Dr. Berg"]
    assert all(e.when for e in excluded)
    assert not any(d.isVisible() for d in finished.findChildren(QInputDialog))
    keep_name("anna")


def test_the_three_samples_come_at_once(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.welcome.samples_button, Qt.MouseButton.LeftButton)
    names = [v.path.stem for v in window.document.session.videos]
    assert sorted(names) == ["difficult", "dry", "normal"]
    assert len(sample_videos()) == 3


def test_results_say_that_they_are_for_research(finished: MainWindow) -> None:
    assert finished.research.isVisible()
    assert words.RESEARCH in finished.workspace.detail.toPlainText()


def test_the_page_and_the_folder_open_from_the_window(
    finished: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile()))
    )
    finished.actions_["open_results"].trigger()
    qtbot.keyClick(finished, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(opened) == 2, timeout=60_000)
    assert opened[0] == finished.document.results_of(finished.open_key or "")
    assert opened[1].is_file()


def test_a_full_toolbar_has_an_overflow(finished: MainWindow, qtbot: QtBot) -> None:
    finished.resize(finished.minimumSize())
    more = finished.bar.findChild(QToolButton, "qt_toolbar_ext_button")
    qtbot.waitUntil(more.isVisible)
    assert not more.icon().isNull()


def test_a_study_starts_from_the_first_page(open_window: Callable[[], MainWindow]) -> None:
    window = open_window()
    names = [b.text() for b in window.welcome.findChildren(QPushButton)]
    assert "Open a folder as a study…" in names
