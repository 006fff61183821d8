"""Overlays lie where the results say, in the raw and in the stabilised view."""

from dataclasses import replace

import numpy as np
import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.player.canvas import as_transform
from easytear_gui.player.motion import frame_motions
from easytear_gui.player.overlays import OverlayData
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from easytear.results.records import BreakEntry, FilmBreak
from easytear.show import palette
from tests.gui.conftest import Film


def test_motion_maps_eye_coordinates_onto_image_coordinates(film: Film) -> None:
    tracks = film.analysis.tracks
    motions = frame_motions(film.analysis)[tracks["frame"].to_numpy()]
    eye = tracks[["x_eye_px", "y_eye_px"]].to_numpy()
    mapped = np.einsum("nij,nj->ni", motions[:, :, :2], eye) + motions[:, :, 2]
    np.testing.assert_allclose(mapped, tracks[["x_px", "y_px"]].to_numpy(), atol=1e-3)


def test_a_qt_transform_does_the_same(film: Film) -> None:
    motion = frame_motions(film.analysis)[20]
    point = as_transform(motion).map(QPointF(200.0, 300.0))
    expected = motion[:, :2] @ [200.0, 300.0] + motion[:, 2]
    assert (point.x(), point.y()) == pytest.approx(tuple(expected))


def test_tails_are_the_last_half_second_of_what_lives_now(film: Film) -> None:
    data = OverlayData(film.analysis)
    tails = data.tails(30)
    tracks = film.analysis.tracks
    now = tracks[tracks["frame"] == 30]
    assert len(tails.points) == len(now)
    ids = set(now["track_id"])
    past = tracks[tracks["frame"].between(15, 30) & tracks["track_id"].isin(ids)]
    assert len(tails.lines) == len(past)
    assert (~tails.join).sum() == len(ids)


def test_tails_do_not_reach_into_the_interval_before(film: Film) -> None:
    data = OverlayData(film.analysis)
    assert len(data.tails(60).lines) == len(data.tails(60).points)


def test_nothing_is_drawn_in_a_blink(film: Film) -> None:
    assert OverlayData(film.analysis).interval_at(57) is None


def test_front_is_cut_where_columns_are_missing(film: Film) -> None:
    analysis = film.analysis
    front = analysis.front
    columns = np.sort(front[front["frame"] == 20]["x_eye_px"].unique())
    hole = columns[len(columns) // 2 : len(columns) // 2 + 4]
    holed = type(analysis)(
        analysis.summary, analysis.frames, analysis.tracks, front[~front["x_eye_px"].isin(hole)]
    )
    assert len(OverlayData(analysis).front(20).pieces) == 1
    assert len(OverlayData(holed).front(20).pieces) == 2


def test_arrows_point_up_where_the_film_rises(film: Film) -> None:
    arrows = OverlayData(film.analysis).arrows(10)
    assert len(arrows)
    assert np.median(arrows[:, 3] - arrows[:, 1]) < 0


def pixels_of(window: MainWindow, colour: str) -> int:
    picture = window.workspace.player.canvas.grab().toImage()
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1, 4)
    ink = QColor(colour)
    wanted = np.array([ink.blue(), ink.green(), ink.red()])
    return int((np.abs(rows[..., :3].astype(int) - wanted).max(axis=2) < 12).sum())


@pytest.mark.parametrize(
    ("kind", "colour"),
    [
        ("region", palette.REGION),
        ("limbus", palette.LIMBUS),
        ("front", palette.FRONT),
        ("tracks", palette.TRACKS),
        ("velocity", palette.VELOCITY),
    ],
)
def test_each_overlay_is_switched_by_its_key(
    finished: MainWindow, qtbot: QtBot, kind: str, colour: str
) -> None:
    canvas = finished.workspace.player.canvas
    finished.workspace.player.player.seek(15)
    qtbot.waitUntil(lambda: canvas.frame == 15)
    action = finished.actions_[f"show_{kind}"]
    shown_before = action.isChecked()
    key = action.shortcut()[0].key()
    first = pixels_of(finished, colour)
    qtbot.keyClick(finished, key)
    second = pixels_of(finished, colour)
    assert action.isChecked() != shown_before
    assert (first > second + 20) if shown_before else (second > first + 20)


def test_the_held_view_keeps_the_eye_in_place(finished: MainWindow, qtbot: QtBot) -> None:
    canvas, player = finished.workspace.player.canvas, finished.workspace.player.player
    pupil = finished.workspace.analysis.summary.intervals[0].pupil  # type: ignore[union-attr]
    assert pupil is not None
    places = {}
    for held in (False, True):
        finished.workspace.player.still_button.setChecked(held)
        for frame in (0, 40):
            player.seek(frame)
            qtbot.waitUntil(lambda f=frame: canvas.frame == f)
            at = canvas.eye_transform().map(QPointF(pupil.x_px, pupil.y_px))
            places[held, frame] = (at.x(), at.y())
    assert places[True, 0] == pytest.approx(places[True, 40])
    assert places[False, 0] != pytest.approx(places[False, 40], abs=0.5)


def test_film_breaks_are_drawn_from_their_start_and_switched_by_a_key(
    finished: MainWindow, film: Film, qtbot: QtBot
) -> None:
    panel, first = finished.workspace.player, film.analysis.summary.intervals[0]
    assert panel.overlay_buttons["breaks"].isHidden()
    start_s = float(film.analysis.frames["time_s"].iloc[first.start_frame + 20])
    rim = ((200.0, 200.0), (260.0, 200.0), (260.0, 250.0), (200.0, 250.0))
    one = BreakEntry(kind="area", start_s=start_s, x_eye_px=230.0, y_eye_px=225.0, outline=rim)
    broken = first.model_copy(update={"film_break": FilmBreak(breaks=(one,))})
    others = film.analysis.summary.intervals[1:]
    summary = film.analysis.summary.model_copy(update={"intervals": (broken, *others)})
    told = replace(film.analysis, summary=summary)
    finished.workspace._show_analysis(told)
    assert panel.overlay_buttons["breaks"].isVisible()

    def rims() -> int:
        picture = panel.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        bits = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
        pixels = bits[:, : 4 * picture.width()].reshape(picture.height(), -1, 4).astype(int)
        wanted = np.array(QColor(palette.BREAKS).getRgb()[2::-1])
        return int((np.abs(pixels[..., :3] - wanted).sum(axis=-1) < 30).sum())

    for frame, there in ((first.start_frame + 10, False), (first.start_frame + 30, True)):
        panel.player.seek(frame)
        qtbot.waitUntil(lambda f=frame: panel.canvas.frame == f)
        with_breaks = rims()
        qtbot.keyClick(panel.canvas, Qt.Key.Key_9)
        without = rims()
        qtbot.keyClick(panel.canvas, Qt.Key.Key_9)
        assert (with_breaks > without + 20) == there
