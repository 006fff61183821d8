"""A person's habits: keyboard, themes, small screens, help, first run, export."""

import json
from pathlib import Path

import pytest
from easytear_gui.actions import SEPARATOR, SPECS
from easytear_gui.app import make_theme
from easytear_gui.export_dialog import ExportDialog
from easytear_gui.main_window import MainWindow
from easytear_gui.paths import log_file, preferences
from easytear_gui.running.export import export
from easytear_gui.samples import sample_videos
from easytear_gui.theme.colours import DARK, LIGHT, Colours
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from easytear import __version__
from easytear.results import read_results
from tests.gui.conftest import Film, close, dialog_of, settle


def test_no_two_actions_share_a_key() -> None:
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_every_action_says_what_it_does() -> None:
    assert all(spec.tip for spec in SPECS if spec.name != SEPARATOR)


def test_the_sheet_of_shortcuts_names_every_one(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = dialog_of(window, qtbot)
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for _, title, keys in window.actions_.sheet():
        assert title in text
        assert keys in text
    dialog.reject()


def test_help_names_version_and_log(window: MainWindow) -> None:
    text = window.helping.about_text()
    assert __version__ in text
    assert str(log_file()) in text


def test_the_window_works_at_1280_by_720(finished: MainWindow, qtbot: QtBot) -> None:
    assert finished.size().width() == 1280
    assert finished.minimumSizeHint().width() <= 1280
    assert finished.minimumSizeHint().height() <= 720
    for button in finished.workspace.player.overlay_buttons.values():
        assert button.width() >= button.sizeHint().width()
    for button in finished.workspace.plots.buttons.values():
        assert button.width() >= button.sizeHint().width()


def test_everything_that_takes_focus_has_a_name(finished: MainWindow) -> None:
    takes = [
        w
        for w in finished.findChildren(QWidget)
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    unnamed = [
        w
        for w in takes
        if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))
        and type(w).__name__ not in ("QTabBar", "QTabWidget", "ViewBox")
    ]
    assert [(type(w).__name__, w.parent(), w.objectName()) for w in unnamed] == []


def test_tab_goes_through_the_window_and_comes_back(finished: MainWindow, qtbot: QtBot) -> None:
    finished.list.setFocus()
    seen: list[QWidget] = []
    for _ in range(80):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is finished.list:
            break
        seen.append(widget)
    assert QApplication.focusWidget() is finished.list
    assert finished.workspace.player.canvas in seen
    assert finished.workspace.player.timeline in seen
    assert finished.workspace.table in seen


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_words_stand_out_from_what_is_behind_them(theme: Colours) -> None:
    pairs = [(theme.text, theme.panel), (theme.text, theme.window), (theme.muted, theme.panel),
             (theme.muted, theme.window), (theme.on_accent, theme.accent),
             (theme.text, theme.accent_soft), (theme.text, theme.warning_soft),
             (theme.text, theme.danger_soft), (theme.warning, theme.panel),
             (theme.danger, theme.panel)]  # fmt: skip
    for front, behind in pairs:
        high, low = sorted((luminance(front), luminance(behind)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, behind)


def test_the_theme_is_chosen_and_remembered(window: MainWindow) -> None:
    window.viewing._choose("dark")
    assert window.theme.colours is DARK
    assert make_theme().colours is DARK
    window.theme.choose("light")


def test_the_window_comes_back_as_it_was(open_window, qtbot: QtBot) -> None:
    first = open_window()
    first.resize(1100, 700)
    close(first)
    assert preferences().value("window/geometry") is not None
    from easytear_gui.theme.style import Theme

    second = MainWindow(Theme("light"))
    assert second.size() == first.size()
    second.deleteLater()


def test_first_run_shows_the_samples_one_click_away(window: MainWindow, qtbot: QtBot) -> None:
    assert window.stack.currentWidget() is window.welcome
    qtbot.mouseClick(window.welcome.samples_button, Qt.MouseButton.LeftButton)
    assert [v.path for v in window.document.session.videos] == sample_videos()
    assert len(sample_videos()) == 3
    settle(window, qtbot)


def test_the_timeline_tells_what_is_under_the_pointer(finished: MainWindow, qtbot: QtBot) -> None:
    timeline = finished.workspace.player.timeline
    for frame, words in ((20, "Interval 1, quality 0.86"), (57, "Partial blink")):
        at = QPoint(round(timeline.x_of(frame)) + 1, 15)
        event = QHelpEvent(QEvent.Type.ToolTip, at, timeline.mapToGlobal(at))
        QApplication.sendEvent(timeline, event)
        assert words in QToolTip.text()


def test_low_quality_is_said(finished: MainWindow, film: Film) -> None:
    key = finished.open_key or ""
    finished.document.set_record(key, quality=0.2)
    finished.workspace.go_to(1)
    assert "low quality" in finished.workspace.banner.text.text()
    row = finished.list.videos.index(0)
    assert "low quality" in row.data(Qt.ItemDataRole.AccessibleTextRole)


def test_export_writes_what_was_asked_for(
    finished: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    qtbot.keyClick(finished, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(finished, qtbot, ExportDialog)
    assert isinstance(dialog, ExportDialog)
    for key, box in dialog.parts.items():
        box.setChecked(key == "results")
    dialog.folder.setText(str(tmp_path / "out"))
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    done = tmp_path / "out" / "eye" / "summary.json"
    qtbot.waitUntil(done.is_file, timeout=60000)
    qtbot.waitUntil(lambda: "Exported" in finished.statusBar().currentMessage(), timeout=60000)
    again = read_results(done.parent)
    assert again.summary == finished.workspace.analysis.summary  # type: ignore[union-attr]


def test_all_parts_of_an_export(film: Film, app, tmp_path: Path) -> None:
    said: list[str] = []

    class Lines:
        def update(self, done: float, total: float, message: str = "") -> None:
            said.append(json.dumps([done, total, message]))

    export(film.results, film.video, tmp_path, {"page", "overlay", "figures"}, Lines())
    names = {p.name for p in tmp_path.iterdir()}
    assert {"report.html", "overlay.mp4", "interval-1.png", "interval-2.svg"} <= names
    assert said
