"""Curves as they are drawn."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.plots.curves import QUANTITIES, Curve, curves

from tests.builders import Law, Part, build_analysis


def test_frames_that_nobody_looked_at_do_not_break_a_line_but_long_gaps_do():
    time_s = np.arange(30) / 30.0
    value = np.where(np.arange(30) % 4 == 0, time_s, np.nan)
    value[9:22] = np.nan
    none = np.empty(0)
    x, y = Curve(0, time_s, value, 0.0, none, none, none, none).line()
    assert np.isnan(y).sum() == 1
    assert y[np.isfinite(y)].tolist() == value[np.isfinite(value)].tolist()
    assert np.isnan(x[np.isnan(y)]).all()


def test_the_law_lies_on_the_film_though_its_first_second_was_not_seen() -> None:
    """The film's rise is counted from the law's zero, whatever of it was seen."""
    analysis = build_analysis((Part(0, 200, Law(2.0, 0.5, 0.1)),), frame_count=201, tracks=10)
    frames = analysis.frames.copy()
    frames.loc[:40, "displacement_y_mm"] = np.nan
    (curve,) = curves(replace(analysis, frames=frames), QUANTITIES[0], 0, False)
    known = np.isfinite(curve.value) & (curve.time_s <= curve.fit_time_s[-1])
    law = np.interp(curve.time_s[known], curve.fit_time_s, curve.fit)
    assert abs(np.median(curve.value[known] - law)) < 0.01


def test_the_law_is_drawn_within_its_window_alone() -> None:
    analysis = build_analysis((Part(0, 200, Law(2.0, 0.5, 0.1)),), frame_count=201, tracks=10)
    interval = analysis.summary.intervals[0]
    assert interval.spread.y is not None
    fit = interval.spread.y.model_copy(update={"window_over_lambda": 2.0})
    spread = interval.spread.model_copy(update={"y": fit})
    summary = analysis.summary.model_copy(
        update={"intervals": (interval.model_copy(update={"spread": spread}),)}
    )
    (curve,) = curves(replace(analysis, summary=summary), QUANTITIES[0], 0, False)
    assert fit.onset_s is not None
    assert fit.lambda_s is not None
    assert curve.fit_time_s[[0, -1]] == pytest.approx([fit.onset_s, fit.onset_s + 2 * fit.lambda_s])


def test_exported_curves_count_intervals_as_the_window_does_and_time_from_onset(
    finished: MainWindow, tmp_path: Path
) -> None:
    finished.workspace.go_to(0)
    finished.taking_out.save_plots(tmp_path / "interval-1.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "interval-1.csv").read_text("utf-8"))))
    assert {row["interval_number"] for row in rows} == {"1"}
    onset = finished.workspace.analysis.summary.intervals[0].spread.y.onset_s  # type: ignore[union-attr]
    for row in rows:
        since = float(row["time_s"]) - onset
        assert float(row["time_since_onset_s"]) == pytest.approx(since, abs=1e-5)
        if since < 0:
            assert row["fit"] == ""
