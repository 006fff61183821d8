"""Frames are exact, whatever way they are asked for."""

from pathlib import Path

import numpy as np
import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.player.player import Player
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.conftest import NUMBERED, number_of, settle


@pytest.fixture
def player(app: QApplication, numbered: Path, qtbot: QtBot):
    player = Player()
    shown: list[tuple[int, int]] = []
    player.shown.connect(lambda frame, image: shown.append((frame, number_of(image))))
    with qtbot.waitSignal(player.shown, timeout=20000):
        player.load(numbered)
    yield player, shown
    player.load(None)


def test_every_seek_shows_exactly_the_wanted_frame(player, qtbot: QtBot) -> None:
    player, shown = player
    for frame in [0, 59, 1, 30, 29, 31, 7, 58, 12, 12, 45]:
        player.seek(frame)
        qtbot.waitUntil(lambda f=frame: shown[-1][0] == f, timeout=10000)
    assert all(frame == number for frame, number in shown)


def test_steps_go_one_frame_and_stop_at_the_ends(player, qtbot: QtBot) -> None:
    player, shown = player
    for _ in range(3):
        player.step(1)
    qtbot.waitUntil(lambda: shown[-1] == (3, 3))
    player.step(-10)
    qtbot.waitUntil(lambda: shown[-1] == (0, 0))
    player.seek(1000)
    qtbot.waitUntil(lambda: shown[-1] == (NUMBERED - 1, NUMBERED - 1))


def test_play_runs_to_the_end_in_order_and_stops(player, qtbot: QtBot) -> None:
    player, shown = player
    player.set_speed(4.0)
    player.play(1)
    qtbot.waitUntil(lambda: not player.playing, timeout=20000)
    frames = [frame for frame, _ in shown]
    assert frames == sorted(frames)
    assert frames[-1] == NUMBERED - 1
    assert all(frame == number for frame, number in shown)


def test_play_backward_runs_to_the_start(player, qtbot: QtBot) -> None:
    player, shown = player
    player.seek(NUMBERED - 1)
    qtbot.waitUntil(lambda: shown[-1][0] == NUMBERED - 1, timeout=10000)
    count = len(shown)
    player.set_speed(4.0)
    player.play(-1)
    qtbot.waitUntil(lambda: not player.playing, timeout=20000)
    frames = [frame for frame, _ in shown[count:]]
    assert frames == sorted(frames, reverse=True)
    assert frames[-1] == 0
    assert all(frame == number for frame, number in shown)


def test_seek_by_time_shows_the_frame_on_the_screen_then(player) -> None:
    player, _ = player
    assert player.frame_at(player.time_s[17]) == 17
    assert player.frame_at(player.time_s[17] + 0.01) == 17
    assert player.frame_at(player.time_s[18] - 0.001) == 17


def test_keys_move_the_film(window: MainWindow, numbered: Path, qtbot: QtBot) -> None:
    window.opening.add_videos([numbered])
    settle(window, qtbot)
    player = window.workspace.player.player
    window.workspace.player.canvas.setFocus()

    def press(key: Qt.Key, frame: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(window, key, modifier)
        qtbot.waitUntil(lambda: player.frame == frame)

    press(Qt.Key.Key_Right, 1)
    press(Qt.Key.Key_Right, 11, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Left, 10)
    press(Qt.Key.Key_End, NUMBERED - 1)
    press(Qt.Key.Key_Home, 0)
    qtbot.keyClick(window, Qt.Key.Key_L)
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert player.playing
    assert player.speed == 2.0
    qtbot.keyClick(window, Qt.Key.Key_K)
    assert not player.playing
    qtbot.keyClick(window.workspace.player.canvas, Qt.Key.Key_Space)
    assert player.playing


def test_what_the_canvas_paints_is_the_frame(
    window: MainWindow, numbered: Path, qtbot: QtBot
) -> None:
    window.opening.add_videos([numbered])
    settle(window, qtbot)
    canvas = window.workspace.player.canvas
    window.workspace.player.player.seek(37)
    qtbot.waitUntil(lambda: canvas.frame == 37)
    picture = canvas.grab().toImage()
    ratio = picture.devicePixelRatio()
    rect = canvas.picture_rect()
    bits = []
    for k in range(8):
        x = rect.left() + rect.width() * (k + 0.5) / 8
        colour = picture.pixelColor(int(x * ratio), int(rect.center().y() * ratio))
        bits.append(colour.green() > 127)
    assert sum(bit << k for k, bit in enumerate(bits)) == 37


def test_wheel_zooms_about_the_pointer_and_double_click_shows_all(
    finished: MainWindow, qtbot: QtBot
) -> None:
    canvas = finished.workspace.player.canvas
    whole = canvas.zoom
    at = QPointF(canvas.width() * 0.4, canvas.height() * 0.4)
    before = canvas.image_transform().inverted()[0].map(at)
    turn = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, turn)
    after = canvas.image_transform().inverted()[0].map(at)
    assert canvas.zoom > 1.5 * whole
    np.testing.assert_allclose([after.x(), after.y()], [before.x(), before.y()], atol=1e-6)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton)
    assert canvas.zoom == pytest.approx(whole)


def test_a_broken_video_says_so_and_the_next_one_plays(
    window: MainWindow, numbered: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    window.opening.add_videos([broken, numbered])
    row = window.list.videos.index(0)
    qtbot.waitUntil(lambda: "failed" in row.data(Qt.ItemDataRole.AccessibleTextRole))
    assert "broken.mp4" in window.workspace.banner.text.text()
    window.list.open_key(window.document.session.videos[1].key)
    settle(window, qtbot)
    assert len(window.workspace.player.player) == NUMBERED
