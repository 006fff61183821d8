"""Two films side by side: both at the same time since their onset."""

import shutil
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.session.model import Decisions, State
from easytear_gui.side_by_side import SideBySide
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from easytear.request.settings import Settings
from tests.gui.conftest import Film, dialog_of, settle


def test_two_films_follow_one_slider_from_their_onsets(
    finished: MainWindow, film: Film, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "videos" / "other.mp4"
    shutil.copyfile(film.video, other)
    shutil.copytree(film.results, finished.document.results_folder / "other")
    finished.opening.add_videos([other])
    key = finished.document.session.videos[1].key
    finished.document.set_record(
        key,
        state=State.DONE,
        results="other",
        applied=Decisions(),
        applied_settings=Settings(),
    )
    settle(finished, qtbot)
    finished.list.selectAll()
    finished.actions_["side_by_side"].trigger()
    dialog = dialog_of(finished, qtbot, SideBySide)
    assert isinstance(dialog, SideBySide)
    qtbot.waitUntil(lambda: all(s.canvas.frame >= 0 for s in dialog.sides), timeout=20_000)
    dialog.sides[1].interval.setCurrentIndex(1)
    dialog.slider.setFocus()
    qtbot.keyClick(dialog.slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(dialog.slider, Qt.Key.Key_PageUp)
    assert dialog.since_s > 0
    qtbot.waitUntil(
        lambda: all(
            s.canvas.frame == s.player.frame_at(s.onset_s + dialog.since_s) for s in dialog.sides
        ),
        timeout=20_000,
    )
    assert dialog.sides[0].canvas.frame < dialog.sides[1].canvas.frame
    assert dialog.sides[0].onset_s == pytest.approx(
        film.analysis.summary.intervals[0].spread.y.onset_s  # type: ignore[union-attr]
    )
    dialog.close()


def test_one_video_is_not_enough_and_it_says_so(finished: MainWindow, qtbot: QtBot) -> None:
    finished.studying.show_side_by_side()
    box = dialog_of(finished, qtbot, QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "Select two" in box.text()
    box.accept()
