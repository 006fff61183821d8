"""What is known of a recording, and why it was corrected: entered, kept, shown where it counts."""

import json
import shutil
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.session.model import State
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from easytear.base.geometry import Ellipse
from tests.gui.conftest import Sample, dialog_of, idle, settle


@pytest.fixture
def analysed(window: MainWindow, sample: Sample, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """Return a window with an analysed video and a new one, the first one open."""
    for name in ("S07_OD_v1", "S07_OS_v1"):
        shutil.copyfile(sample.video, tmp_path / f"{name}.mp4")
    shutil.copytree(sample.results, window.document.results_folder / "S07_OD_v1")
    window.opening.add_videos([tmp_path / "S07_OD_v1.mp4", tmp_path / "S07_OS_v1.mp4"])
    key = window.document.session.videos[0].key
    qtbot.waitUntil(lambda: window.document.record(key).state == State.DONE)
    settle(window, qtbot)
    return window


def labels(window: MainWindow, number: int) -> dict[str, str | None]:
    return window.document.session.videos[number].decisions.labels


def summary_text(window: MainWindow) -> dict:
    folder = window.document.results_of(window.document.session.videos[0].key)
    assert folder is not None
    return json.loads((folder / "summary.json").read_text("utf-8"))


def write(line: QLineEdit, text: str, qtbot: QtBot) -> None:
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_labels_and_reasons_are_kept_in_the_results_and_stand_on_the_page(
    analysed: MainWindow, qtbot: QtBot
) -> None:
    window, panel = analysed, analysed.workspace.recording
    before = summary_text(window)
    qtbot.keyClick(window.workspace.player.canvas, Qt.Key.Key_V)
    assert panel.isVisible()
    write(panel.lines["subject"], "Case 12", qtbot)
    write(panel.lines["device"], "idra", qtbot)
    key = window.document.session.videos[0].key
    window.correcting.exclude(0, "Glare")
    qtbot.waitUntil(lambda: summary_text(window)["request"]["corrections"] != [], timeout=60_000)
    idle(window, qtbot)
    after = summary_text(window)
    assert after["request"]["labels"] == {"subject": "Case 12", "device": "idra"}
    for one in (before, after):
        one["intervals"][0].pop("excluded")
        one.pop("request")
    assert after == before
    folder = window.document.results_of(key)
    assert folder is not None
    assert "Case 12" in (folder / "report.html").read_text("utf-8")
    window.actions_["undo"].trigger()
    window.actions_["undo"].trigger()
    window.actions_["undo"].trigger()
    assert panel.lines["subject"].text() == ""


def test_what_is_entered_goes_to_all_selected_videos_in_one_step(
    analysed: MainWindow, qtbot: QtBot
) -> None:
    window, panel = analysed, analysed.workspace.recording
    window.list.selectAll()
    assert "2 selected" in panel.whom.text()
    window.labelling.show_panel()
    write(panel.lines["operator"], "MK", qtbot)
    assert [labels(window, k).get("operator") for k in (0, 1)] == ["MK", "MK"]
    window.document.undo_stack.undo()
    assert [labels(window, k).get("operator") for k in (0, 1)] == [None, None]
    write(panel.lines["notes"], "both", qtbot)
    window.list.open_key(window.document.session.videos[1].key)
    assert window.list.selected_keys() == [window.open_key]
    write(panel.lines["subject"], "S08", qtbot)
    window.list.open_key(window.document.session.videos[0].key)
    assert panel.lines["subject"].text() == ""
    assert panel.lines["notes"].text() == "both"
    window.list.selectionModel().clearSelection()
    window.list.selectionModel().select(
        window.list.videos.index(0), QItemSelectionModel.SelectionFlag.Select
    )
    assert panel.whom.text() == ""


def test_names_are_read_into_what_is_empty_and_stand_in_the_table(
    analysed: MainWindow, qtbot: QtBot
) -> None:
    window, panel = analysed, analysed.workspace.recording
    window.labelling.show_panel()
    write(panel.lines["subject"], "other", qtbot)
    qtbot.mouseClick(panel.from_names, Qt.MouseButton.LeftButton)
    assert labels(window, 0) == {"subject": "other", "eye": "OD", "visit": "v1"}
    assert labels(window, 1) == {"subject": "S07", "eye": "OS", "visit": "v1"}
    window.overseeing.show_table(True)
    shown = {c.key: c for c in window.overview.shown_columns()}
    rows = window.overview.model.rows
    assert [shown["subject"].text(r) for r in rows] == ["other", "S07"]


def test_a_reason_is_asked_for_and_stands_beside_the_correction(
    analysed: MainWindow, qtbot: QtBot
) -> None:
    window = analysed
    window.correcting.decide_limbus(0, Ellipse(160.0, 120.0, 110.0, 108.0))
    button = window.workspace.banner.buttons["Say why…"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(window, qtbot, QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("lid over the edge")
    dialog.accept()
    (one,) = window.document.session.videos[0].decisions.corrections.irises
    assert (one.by, one.why) == ("anna", "lid over the edge")
    words = window.workspace.detail.toPlainText()
    assert "anna" in words
    assert "Why: lid over the edge" in words
