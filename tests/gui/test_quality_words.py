"""One scale of words and colours for the quality, and switches that show whether they are on."""

import pytest
from easytear_gui import words
from easytear_gui.main_window import MainWindow
from easytear_gui.session.model import Record, State
from easytear_gui.session_list import state_words
from easytear_gui.theme.colours import DARK, LIGHT
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from easytear.show.quality import quality_word


@pytest.mark.parametrize("score", [0.1, 0.42, 0.8])
def test_list_table_and_detail_use_the_words_of_the_page(score: float) -> None:
    word = quality_word(score)
    assert state_words(Record(state=State.DONE, quality=score)) == f"{word} quality"
    assert words.quality(score).endswith(word)
    for theme in (LIGHT, DARK):
        by = {"good": theme.good, "fair": theme.warning, "low": theme.danger}
        assert theme.quality(score) == by[word]


def test_a_rounded_score_does_not_contradict_its_word() -> None:
    assert words.quality(0.398) == "0.39 low"
    assert words.quality(0.401) == "0.40 fair"


def test_escape_in_a_text_field_gives_the_keys_back_to_the_picture(
    finished: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClick(finished, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    search = finished.settings_panel.search
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "n")
    assert finished.workspace.interval == 0
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    canvas = finished.workspace.player.canvas
    assert canvas.hasFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: finished.workspace.interval == 1)


def test_excluded_is_not_low_quality(finished: MainWindow) -> None:
    assert state_words(Record(state=State.DONE, left_out=True)) == "all excluded"
    assert finished.workspace.table.model().index(1, 2).data() == "0.35 low"


def test_the_banner_says_what_limits_the_number_whole(finished: MainWindow, qtbot: QtBot) -> None:
    finished.workspace.go_to(1)
    text = finished.workspace.banner.text
    assert text.text().startswith("Interval 2: 0.35 low quality.")
    assert "look at the video" not in text.text()
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))


def test_switches_look_different_on_and_off(finished: MainWindow, qtbot: QtBot) -> None:
    button = finished.workspace.player.overlay_buttons["front"]
    on = button.grab().toImage()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    button.clearFocus()
    assert button.grab().toImage() != on
    size = QSize(13, 10)
    states = (QIcon.State.On, QIcon.State.Off)
    pictures = [button.icon().pixmap(size, QIcon.Mode.Normal, s).toImage() for s in states]
    assert pictures[0] != pictures[1]


def test_the_banner_shows_the_rest_when_asked(
    finished: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("easytear_gui.results.limits.SHOWN", 1)
    finished.workspace.go_to(1)
    banner = finished.workspace.banner
    (more,) = [b for name, b in banner.buttons.items() if "more" in name]
    hidden = int(more.text().split()[0])
    assert banner.text.text().count("•") == 1
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert banner.text.text().count("•") == 1 + hidden
