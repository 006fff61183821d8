"""Curves, table and words: what is shown is what the results say."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.plots.curves import QUANTITIES, as_csv, curves
from easytear_gui.results.detail import interval_html
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from easytear.request.corrections import Excluded
from easytear.show.flags import sentence
from easytear.show.numbers import with_interval
from tests.gui.conftest import Film, settle

DISPLACEMENT, FRONT, VELOCITY = QUANTITIES[0], QUANTITIES[1], QUANTITIES[2]


def test_curves_are_the_columns_of_the_interval(film: Film) -> None:
    (curve,) = curves(film.analysis, FRONT, 1, laid_over=False)
    rows = film.analysis.frames.iloc[60:120]
    np.testing.assert_array_equal(curve.time_s, rows["time_s"])
    np.testing.assert_array_equal(curve.value, rows["front_height_mm"])


def test_the_fit_follows_the_film_it_was_built_from(film: Film) -> None:
    for quantity in (DISPLACEMENT, VELOCITY):
        (curve,) = curves(film.analysis, quantity, 0, laid_over=False)
        fitted = np.interp(curve.time_s, curve.fit_time_s, curve.fit)
        known = np.isfinite(curve.value) & np.isfinite(fitted) & (curve.time_s > 0.2)
        scale = np.nanmax(np.abs(curve.value))
        assert np.corrcoef(curve.value[known], fitted[known])[0, 1] > 0.95
        assert np.abs(curve.value[known] - fitted[known]).max() < 0.35 * scale


def test_laid_over_curves_count_from_their_onsets(film: Film) -> None:
    both = curves(film.analysis, FRONT, None, laid_over=True)
    onsets = [i.spread.y.onset_s for i in film.analysis.summary.intervals if i.spread.y]
    assert [c.offset_s for c in both] == onsets
    assert both[1].time_s[0] == pytest.approx(60 / 30 - onsets[1])


def test_the_table_of_curves_is_plain_csv(film: Film) -> None:
    shown = {DISPLACEMENT: curves(film.analysis, DISPLACEMENT, None, laid_over=False)}
    rows = list(csv.DictReader(io.StringIO(as_csv(shown))))
    assert len(rows) == 55 + 60
    assert float(rows[20]["time_s"]) == pytest.approx(20 / 30, abs=1e-5)
    expected = film.analysis.frames["displacement_y_mm"].iloc[20]
    assert float(rows[20]["value"]) == pytest.approx(expected, rel=1e-4)


def test_the_cursor_follows_the_player_and_moves_it(finished: MainWindow, qtbot: QtBot) -> None:
    player, plots = finished.workspace.player.player, finished.workspace.plots
    player.seek(30)
    qtbot.waitUntil(lambda: player.frame == 30)
    assert "1.000\u00a0s" in plots.readout.text()
    plot = next(iter(plots._plots.values()))
    line = plots._cursors[0]
    assert line.value() == pytest.approx(1.0)

    def at(time_s: float) -> QPoint:
        middle = float(np.mean(plot.viewRange()[1]))
        return plots.view.mapFromScene(plot.vb.mapViewToScene(QPointF(time_s, middle)))

    viewport, left = plots.view.viewport(), Qt.MouseButton.LeftButton

    def point(time_s: float, buttons: Qt.MouseButton) -> None:
        place = QPointF(at(time_s))
        moved = QMouseEvent(
            QEvent.Type.MouseMove, place, QPointF(viewport.mapToGlobal(place)),
            Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(viewport, moved)

    def hovers() -> bool:
        point(1.0, Qt.MouseButton.NoButton)
        return bool(line.mouseHovering)

    def arrived() -> bool:
        point(0.5, left)
        return abs(player.frame - 15) <= 1

    qtbot.waitUntil(hovers)
    qtbot.mousePress(viewport, left, pos=at(1.0))
    qtbot.waitUntil(arrived)
    qtbot.mouseRelease(viewport, left, pos=at(0.5))


def test_plots_are_saved_in_three_ways_and_copied(finished: MainWindow, tmp_path: Path) -> None:
    for suffix in (".png", ".svg", ".csv"):
        finished.taking_out.save_plots(tmp_path / f"plots{suffix}")
    picture = QImage(str(tmp_path / "plots.png"))
    assert (picture.width(), picture.height()) == (1800, 1200)
    assert QSvgRenderer(str(tmp_path / "plots.svg")).isValid()
    text = (tmp_path / "plots.csv").read_text(encoding="utf-8")
    assert text.startswith("interval_number,quantity,unit,time_s")
    finished.actions_["copy_plot"].trigger()
    assert QGuiApplication.clipboard().image().width() == 1800


def test_a_click_in_the_table_goes_to_the_onset(finished: MainWindow, qtbot: QtBot) -> None:
    table, player = finished.workspace.table, finished.workspace.player.player
    rect = table.visualRect(table.model().index(1, 3))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    onset = finished.workspace.analysis.summary.intervals[1].spread.y.onset_s  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: player.frame == player.frame_at(onset))
    assert finished.workspace.interval == 1


def test_the_table_shows_numbers_with_their_intervals(finished: MainWindow) -> None:
    model = finished.workspace.table.model()
    fit = finished.workspace.analysis.summary.intervals[0].spread.y  # type: ignore[union-attr]
    assert fit is not None
    low, high = fit.lambda_s_ci95
    assert model.index(0, 3).data() == with_interval(fit.lambda_s, (low, high))
    last = model.columnCount() - 1
    assert model.index(1, last).data() == "partial blink, short interval"
    tip = model.index(1, last).data(Qt.ItemDataRole.ToolTipRole)
    assert sentence("partial_blink") in tip
    for column in range(model.columnCount()):
        header = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        assert len(header) > 10


def test_an_interval_in_words_escapes_what_a_person_wrote(film: Film) -> None:
    summary = film.analysis.summary
    html = interval_html(
        summary.intervals[1],
        summary.calibration,
        (),
        Excluded(interval=1, reason="<b>glare</b>"),
    )
    assert "&lt;b&gt;glare" in html
    assert "after a partial blink" in html
    assert sentence("short_interval") in html


def test_the_enhanced_film_is_grey_and_follows_the_settings(
    finished: MainWindow, qtbot: QtBot
) -> None:
    panel = finished.workspace.player
    qtbot.keyClick(finished, Qt.Key.Key_6)
    assert panel.film_button.isChecked()
    first = panel.canvas._pixels
    assert first is not None
    assert first.ndim == 2
    session = finished.document.session
    enhance = session.settings.enhance.model_copy(update={"equalise": False, "band_pass": True})
    settings = session.settings.model_copy(update={"enhance": enhance})
    finished.document.change("x", session.model_copy(update={"settings": settings}))
    second = panel.canvas._pixels
    assert second is not None
    assert (first != second).mean() > 0.5


def test_what_stands_still_is_taken_out_of_the_film(finished: MainWindow, qtbot: QtBot) -> None:
    panel = finished.workspace.player
    session = finished.document.session
    enhance = session.settings.enhance.model_copy(
        update={"equalise": False, "subtract_average": True}
    )
    settings = session.settings.model_copy(update={"enhance": enhance})
    finished.document.change("x", session.model_copy(update={"settings": settings}))
    qtbot.keyClick(finished, Qt.Key.Key_6)
    qtbot.waitUntil(lambda: panel.film_view is not None and panel.film_view.background is not None)
    finished.workspace.player.player.seek(40)
    qtbot.waitUntil(lambda: panel.canvas.frame == 40)
    pixels = panel.canvas._pixels
    assert pixels is not None
    above = pixels[140:180, 150:220].astype(float)  # iris and no film: nothing is left there
    assert abs(np.median(above) - 128) < 12


def test_next_and_previous_interval_by_keys(finished: MainWindow, qtbot: QtBot) -> None:
    settle(finished, qtbot)
    qtbot.keyClick(finished, Qt.Key.Key_N)
    assert finished.workspace.interval == 1
    qtbot.keyClick(finished, Qt.Key.Key_P)
    assert finished.workspace.interval == 0
