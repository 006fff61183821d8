"""Corrections made with mouse and keys, and taken back."""

import json
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.player.tools import EllipseTool, PolygonTool, Ruler, thinned
from easytear_gui.running.plan import Work
from easytear_gui.scale_dialog import RulerDialog, ScaleDialog
from easytear_gui.session.model import Decisions
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QInputDialog
from pytestqt.qtbot import QtBot

from easytear.base.geometry import Ellipse
from easytear.request.corrections import Corrections
from easytear.request.scale import ScaleRequest
from tests.gui.conftest import dialog_of


def decisions(window: MainWindow) -> Decisions:
    return window.document.session.videos[0].decisions


def corrections(window: MainWindow) -> Corrections:
    return decisions(window).corrections


def test_exclude_with_a_reason_by_keys_and_undo(finished: MainWindow, qtbot: QtBot) -> None:
    finished.workspace.go_to(1)
    qtbot.keyClick(finished, Qt.Key.Key_X)
    dialog = dialog_of(finished, qtbot, QInputDialog)
    box = dialog.findChild(QComboBox)
    assert box is not None
    box.setEditText("")
    qtbot.keyClicks(box.lineEdit(), "lashes")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(corrections(finished).excluded))
    assert corrections(finished).excluded[0].reason == "lashes"
    model = finished.workspace.table.model()
    last = model.columnCount() - 1
    assert model.index(1, last).data() == "excluded: lashes"
    assert finished.workspace.player.timeline.blocks[1].excluded
    finished.activateWindow()
    finished.actions_["undo"].trigger()
    assert corrections(finished) == Corrections()
    assert "excluded" not in model.index(1, last).data()
    finished.actions_["redo"].trigger()
    finished.actions_["exclude"].trigger()
    assert corrections(finished) == Corrections()


def test_an_edge_is_dragged_on_the_timeline(finished: MainWindow, qtbot: QtBot) -> None:
    timeline = finished.workspace.player.timeline
    qtbot.keyClick(finished, Qt.Key.Key_B)
    assert timeline.editing
    y = timeline.height() // 3
    start = QPoint(round(timeline.x_of(timeline.blocks[1].end + 1)), y)
    stop = QPoint(round(timeline.x_of(100)) + 1, y)
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(timeline, stop)
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=stop)
    edit = corrections(finished).intervals[0]
    assert (edit.interval, edit.start_frame, edit.end_frame) == (1, 60, 100)
    assert finished.runner.work_for(finished.open_key or "") == Work.REUSE
    assert "corrections are not in the numbers" in finished.workspace.banner.text.text()


def test_without_the_mode_a_drag_only_seeks(finished: MainWindow, qtbot: QtBot) -> None:
    timeline = finished.workspace.player.timeline
    at = QPoint(round(timeline.x_of(30)) + 1, timeline.height() // 3)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: finished.workspace.player.player.frame == 30)
    assert corrections(finished) == Corrections()


def test_bounds_by_keys_stay_clear_of_the_neighbour(finished: MainWindow, qtbot: QtBot) -> None:
    player = finished.workspace.player.player
    finished.workspace.go_to(0)
    player.seek(40)
    qtbot.waitUntil(lambda: player.frame == 40)
    qtbot.keyClick(finished, Qt.Key.Key_BracketRight)
    assert corrections(finished).intervals[0].end_frame == 40
    finished.correcting.move_interval(0, *finished.workspace.player.timeline.allowed(0, "end", 99))
    assert corrections(finished).intervals[0].end_frame == 59
    finished.actions_["reset_interval"].trigger()
    assert corrections(finished) == Corrections()


def drag(finished: MainWindow, qtbot: QtBot, start: QPointF, stop: QPointF) -> None:
    canvas = finished.workspace.player.canvas
    there = canvas.frame_transform()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=there.map(start).toPoint())
    qtbot.mouseMove(canvas, there.map(stop).toPoint())
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=there.map(stop).toPoint())


def test_the_limbus_is_dragged_and_kept_by_enter(finished: MainWindow, qtbot: QtBot) -> None:
    canvas = finished.workspace.player.canvas
    qtbot.keyClick(finished, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: canvas.frame == 0)
    tool = canvas.tool
    assert isinstance(tool, EllipseTool)
    old = tool.shape
    right = tool.points()[1]
    drag(finished, qtbot, right, right + QPointF(20, 0))
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    edit = corrections(finished).irises[0]
    tolerance = 2.0 / canvas.zoom
    assert edit.rx_px == pytest.approx(old.rx_px + 10, abs=tolerance)
    assert edit.x_px == pytest.approx(old.x_px + 10, abs=tolerance)
    assert edit.ry_px == pytest.approx(old.ry_px)
    assert canvas.tool is None


def test_handles_beyond_a_close_up_can_be_reached_and_nothing_moves_unseen(
    finished: MainWindow, qtbot: QtBot
) -> None:
    canvas = finished.workspace.player.canvas
    size = canvas.picture_rect().size() / canvas.zoom
    wide = Ellipse(size.width() / 2, size.height() / 2, 0.8 * size.width(), 0.8 * size.width())
    finished.correcting.decide_limbus(0, wide)
    qtbot.keyClick(finished, Qt.Key.Key_G)
    tool = canvas.tool
    assert isinstance(tool, EllipseTool)
    there = canvas.frame_transform()
    for point in tool.points():
        assert canvas.rect().contains(there.map(point).toPoint())
    drag(finished, qtbot, tool.points()[1], tool.points()[1] - QPointF(20, 0))
    assert tool.shape.rx_px < wide.rx_px - 5
    for _ in range(12):
        canvas.zoom_by(1.5)
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.handle_in_view()
    canvas.pan_by(-3000.0, 0.0)
    canvas.pan_by(9000.0, 0.0)
    assert not canvas.handle_in_view()
    before = tool.shape
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert tool.shape == before
    assert canvas.handle_in_view()
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert tool.shape != before
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.overlays is not None
    shown = canvas.overlays.interval_at(0)
    assert shown is not None
    assert shown.iris is not None
    assert shown.iris.ry_px == pytest.approx(tool.shape.ry_px, abs=0.01)
    assert canvas.picture_rect().width() <= canvas.width() + 1


def test_escape_gives_up(finished: MainWindow, qtbot: QtBot) -> None:
    canvas = finished.workspace.player.canvas
    qtbot.keyClick(finished, Qt.Key.Key_R)
    assert isinstance(canvas.tool, PolygonTool)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert corrections(finished) == Corrections()


def test_the_region_is_redrawn_by_keys_alone(finished: MainWindow, qtbot: QtBot) -> None:
    canvas = finished.workspace.player.canvas
    qtbot.keyClick(finished, Qt.Key.Key_R)
    tool = canvas.tool
    assert isinstance(tool, PolygonTool)
    first = [(p.x(), p.y()) for p in tool.corners]
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    qtbot.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.keyClick(canvas, Qt.Key.Key_Insert)
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    qtbot.keyClick(canvas, Qt.Key.Key_Enter)
    (edit,) = corrections(finished).regions
    assert len(edit.polygon) == len(first)
    assert edit.polygon[1] == pytest.approx((first[1][0] - 1, first[1][1] + 10), abs=0.01)


def test_a_double_click_adds_a_corner() -> None:
    tool = PolygonTool([(0, 0), (100, 0), (100, 100), (0, 100)])
    tool.double(QPointF(50, 2), 10.0)
    assert tool.corners[1] == QPointF(50, 2)
    tool.double(QPointF(50, 50), 10.0)
    assert len(tool.corners) == 5


def test_outlines_are_thinned_to_the_corners_that_matter() -> None:
    square = [(0.0, 0.0), (50.0, 0.1), (100.0, 0.0), (100.0, 100.0), (50.0, 100.1), (0.0, 100.0)]
    assert thinned(square, 4) == [square[0], square[2], square[3], square[5]]


def test_scale_by_number_goes_into_the_session(finished: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(finished, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(finished, qtbot, ScaleDialog)
    assert isinstance(dialog, ScaleDialog)
    dialog.choices.button(3).click()
    dialog.number.setValue(0.0175)
    assert "11.20 mm" in dialog.result_label.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (
        decisions(finished).scale.content()
        == ScaleRequest(kind="mm_per_px", value=0.0175).content()
    )
    assert finished.runner.work_for(finished.open_key or "") == Work.REMEASURE


def test_scale_by_iris_width(finished: MainWindow, qtbot: QtBot) -> None:
    finished.actions_["scale"].trigger()
    dialog = dialog_of(finished, qtbot, ScaleDialog)
    assert isinstance(dialog, ScaleDialog)
    dialog.choices.button(1).click()
    dialog.hvid.setValue(12.3)
    dialog.hvid_sd.setValue(0.15)
    dialog.accept()
    assert decisions(finished).scale.content() == ScaleRequest(value=12.3, sd=0.15).content()
    finished.actions_["scale"].trigger()
    again = dialog_of(finished, qtbot, ScaleDialog)
    assert isinstance(again, ScaleDialog)
    assert (again.hvid.value(), again.hvid_sd.value()) == (12.3, 0.15)
    again.reject()


def test_an_instrument_without_a_published_scale_leaves_it_to_the_iris(
    finished: MainWindow, qtbot: QtBot
) -> None:
    finished.actions_["scale"].trigger()
    dialog = dialog_of(finished, qtbot, ScaleDialog)
    assert isinstance(dialog, ScaleDialog)
    dialog.choices.button(2).click()
    dialog.device.setCurrentIndex(dialog.device.findText("LipiView", Qt.MatchFlag.MatchStartsWith))
    assert "LipiView" in dialog.result_label.text()
    assert dialog.choice() == ScaleRequest()
    dialog.accept()
    assert decisions(finished).scale.content() == ScaleRequest().content()


def test_a_ruler_sets_the_scale_and_names_a_device(finished: MainWindow, qtbot: QtBot) -> None:
    canvas = finished.workspace.player.canvas
    qtbot.keyClick(finished, Qt.Key.Key_M)
    assert isinstance(canvas.tool, Ruler)
    drag(finished, qtbot, QPointF(100, 200), QPointF(500, 200))
    length = canvas.tool.length_px
    assert length == pytest.approx(400, abs=2.0 / canvas.zoom)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    dialog = dialog_of(finished, qtbot, RulerDialog)
    assert isinstance(dialog, RulerDialog)
    dialog.length.setValue(8.0)
    dialog.device.setEditText("Slit lamp 3")
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    scale = decisions(finished).scale
    assert scale.value == pytest.approx(8.0 / length)
    assert scale.sd == pytest.approx(8.0 / length * 2**0.5 / length)
    finished.actions_["scale"].trigger()
    again = dialog_of(finished, qtbot, ScaleDialog)
    assert isinstance(again, ScaleDialog)
    again.choices.button(2).click()
    kept = scale.model_copy(update={"kind": "device", "device": "Slit lamp 3"})
    assert again.choice().content() == kept.content()
    again.done(QDialog.DialogCode.Rejected)


def test_decisions_stand_in_the_session_file(finished: MainWindow, tmp_path: Path) -> None:
    finished.correcting.exclude(0, "glare")
    finished.opening.save_session(tmp_path / "s.easytear")
    data = json.loads((tmp_path / "s.easytear").read_text(encoding="utf-8"))
    (decision,) = data["videos"][0]["decisions"]["corrections"]
    assert (decision["kind"], decision["reason"]) == ("exclusion", "glare")
