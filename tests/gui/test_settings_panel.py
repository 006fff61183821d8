"""The settings panel is the settings model, and the TOML of the command line."""

from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.settings_panel.panel import SettingsPanel
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot

from easytear.request.settings import Settings, describe_settings, load_settings


@pytest.fixture
def panel(finished: MainWindow, qtbot: QtBot) -> SettingsPanel:
    qtbot.keyClick(finished, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    panel = finished.settings_panel
    qtbot.waitUntil(panel.isVisible)
    return panel


def row_of(panel: SettingsPanel, group: str, name: str):
    return next(r for r in panel.rows if (r.info.group, r.info.name) == (group, name))


def test_every_setting_has_a_row_with_unit_range_and_meaning(panel: SettingsPanel) -> None:
    infos = list(describe_settings())
    assert [(r.info.group, r.info.name) for r in panel.rows] == [(i.group, i.name) for i in infos]
    for row in panel.rows:
        widget = row.editor.widget
        assert row.info.description in widget.toolTip()
        assert widget.accessibleName()
        if isinstance(widget, QDoubleSpinBox):
            low, high = row.info.bounds
            assert (widget.minimum(), widget.maximum()) == (low, high)
            assert row.info.unit in ("1", widget.suffix().strip())
            assert widget.value() == pytest.approx(row.info.default)


def test_typing_a_value_changes_the_session_and_undo_takes_it_back(
    panel: SettingsPanel, finished: MainWindow, qtbot: QtBot
) -> None:
    row = row_of(panel, "blinks", "min_interval_s")
    spin = row.editor.widget
    assert isinstance(spin, QDoubleSpinBox)
    spin.selectAll()
    qtbot.keyClicks(spin, "1.25")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert finished.document.session.settings.blinks.min_interval_s == 1.25
    assert row.reset.isVisible()
    assert finished.list.videos.pending == {finished.open_key}
    finished.actions_["undo"].trigger()
    assert finished.document.session.settings == Settings()
    assert spin.value() == 0.5
    assert not row.reset.isVisible()
    assert finished.list.videos.pending == set()


def test_reset_switch_and_choice(panel: SettingsPanel, finished: MainWindow, qtbot: QtBot) -> None:
    switch = row_of(panel, "eye", "correct_rotation")
    assert isinstance(switch.editor.widget, QCheckBox)
    switch.editor.widget.click()
    assert not finished.document.session.settings.eye.correct_rotation
    qtbot.mouseClick(switch.reset, Qt.MouseButton.LeftButton)
    assert finished.document.session.settings.eye.correct_rotation
    choice = row_of(panel, "enhance", "deinterlace").editor.widget
    assert isinstance(choice, QComboBox)
    choice.setFocus()
    qtbot.keyClicks(choice, "off")
    choice.activated.emit(choice.currentIndex())
    assert finished.document.session.settings.enhance.deinterlace == "off"


def test_search_finds_by_name_and_meaning(panel: SettingsPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.search, "interlaced")
    shown = [r.info.name for r in panel.rows if r.isVisible()]
    assert shown == ["deinterlace"]
    panel.search.clear()
    hidden = [r for r in panel.rows if not r.isVisible()]
    assert all(r.info.advanced for r in hidden)
    panel.advanced.click()
    assert all(r.isVisible() for r in panel.rows)


def test_the_same_toml_as_the_command_line(
    panel: SettingsPanel, finished: MainWindow, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[blinks]\nmin_interval_s = 0.8\n")
    panel.load(file)
    assert finished.document.session.settings == load_settings(file)
    panel.save(tmp_path / "out.toml")
    assert load_settings(tmp_path / "out.toml") == finished.document.session.settings


def test_presets_are_kept_and_named(panel: SettingsPanel, finished: MainWindow, home: Path) -> None:
    assert panel.presets.currentText() == "Defaults"
    info = row_of(panel, "blinks", "min_interval_s").info
    panel.set_value(info, 2.0)
    assert panel.presets.currentIndex() == -1
    panel.save(home / "presets" / "Long intervals.toml")
    panel.fill_presets()
    assert panel.presets.currentText() == "Long intervals"
    panel._preset_chosen(0)
    assert finished.document.session.settings == Settings()


def test_the_panel_names_settings_as_their_model_does(panel: SettingsPanel) -> None:
    titles = {(r.info.group, r.info.name): r.findChild(QLabel).text() for r in panel.rows}
    assert titles == {(i.group, i.name): i.label for i in describe_settings()}
