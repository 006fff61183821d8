"""Results that another window or program changes are noticed, asked about, never overwritten."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.running.runner import digest_of
from easytear_gui.session.model import State
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from easytear.request.scale import ScaleRequest
from easytear.results import Analysis, read_results, read_summary, write_results
from tests.gui.conftest import LONG_MS, Sample, dialog_of, idle, press_analyse, settle


@pytest.fixture
def adopted(window: MainWindow, sample: Sample, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """Return a window that took over results that were there."""
    file = tmp_path / "eye.mp4"
    shutil.copyfile(sample.video, file)
    shutil.copytree(sample.results, window.document.results_folder / "eye")
    window.opening.add_videos([file])
    settle(window, qtbot)
    key = window.open_key or ""
    qtbot.waitUntil(lambda: window.document.record(key).state == State.DONE, timeout=LONG_MS)
    settle(window, qtbot)
    return window


def write_with_width(window: MainWindow, width_mm: float) -> None:
    """Write the open video's results as another program would that was told an iris width."""
    folder = window.document.results_of(window.open_key or "")
    assert folder is not None
    analysis = read_results(folder)
    request = analysis.summary.request.but(scale=ScaleRequest(value=width_mm, sd=0.1))
    summary = analysis.summary.model_copy(update={"request": request})
    changed = Analysis(summary, analysis.frames, analysis.tracks, analysis.front)
    write_results(changed, folder)


def test_a_change_from_outside_is_noticed_and_taken_over_when_asked(
    adopted: MainWindow, qtbot: QtBot
) -> None:
    key = adopted.open_key or ""
    write_with_width(adopted, 12.4)
    banner = adopted.workspace.banner
    qtbot.waitUntil(lambda: "changed the results" in banner.text.text(), timeout=LONG_MS)
    qtbot.mouseClick(banner.buttons["Show them"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: adopted.document.session.video(key).decisions.scale.value == 12.4, timeout=LONG_MS
    )
    settle(adopted, qtbot)
    assert "changed the results" not in banner.text.text()
    folder = adopted.document.results_of(key)
    assert folder is not None
    assert adopted.document.record(key).digest == digest_of(folder)


def test_results_changed_from_outside_are_never_overwritten(
    adopted: MainWindow, qtbot: QtBot
) -> None:
    key = adopted.open_key or ""
    write_with_width(adopted, 12.4)
    adopted.running.analyse([key], anew=True)
    idle(adopted, qtbot)
    box = dialog_of(adopted, qtbot, QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "eye-2" in box.text()
    box.accept()
    folder = adopted.document.results_folder
    assert read_summary(folder / "eye").request.scale.value == 12.4
    assert read_summary(folder / "eye-2").request.scale.value is None
    assert adopted.document.results_of(key) == folder / "eye-2"


def test_two_windows_on_one_results_folder_keep_each_others_results(
    adopted: MainWindow, open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    other = open_window()
    other.opening.add_videos([adopted.workspace.path or Path()])
    settle(other, qtbot)
    key = other.open_key or ""
    qtbot.waitUntil(lambda: other.document.record(key).state == State.DONE, timeout=LONG_MS)
    for window, reason in ((adopted, "mine"), (other, "theirs")):
        window.correcting.exclude(0, reason)
        qtbot.waitUntil(lambda w=window: w.runner.running is not None, timeout=LONG_MS)
        idle(window, qtbot)
    found = {
        read_summary(f.parent).intervals[0].excluded.reason  # type: ignore[union-attr]
        for f in other.document.results_folder.glob("*/summary.json")
    }
    assert found == {"mine", "theirs"}


def test_results_that_are_gone_can_be_made_again(adopted: MainWindow, qtbot: QtBot) -> None:
    folder = adopted.document.results_of(adopted.open_key or "")
    assert folder is not None
    shutil.rmtree(folder)
    banner = adopted.workspace.banner
    qtbot.waitUntil(lambda: "not in their folder any more" in banner.text.text(), timeout=LONG_MS)
    qtbot.mouseClick(banner.buttons["Analyse again"], Qt.MouseButton.LeftButton)
    idle(adopted, qtbot)
    assert (folder / "summary.json").is_file()
    press_analyse(adopted, qtbot)
    assert adopted.runner.running is None
