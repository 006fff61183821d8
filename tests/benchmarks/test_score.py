"""The score is zero for the truth itself, and finds errors that were put in."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.methods.annotator import annotator
from benchmarks.methods.result import as_analysis
from benchmarks.score import score_analysis
from easytear.results import FRONT, Analysis, shape_table
from easytear.simulate import Truth, make_scene, make_truth


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth(make_scene("from_open", 3))


def _perfect(truth: Truth, shift_px: float = 0.0) -> Analysis:
    """Return an analysis that says the truth, its film points and front `shift_px` too low."""
    interval = truth.intervals[0]
    first, last = interval.start_frame, interval.end_frame
    front = truth.front_at(first)
    start = front[::24] + np.array([0.0, 8.0])
    frames = np.arange(first, last + 1)
    path = np.array([start + truth.displace(start, first, int(f)) for f in frames])
    path[1:, :, 1] += shift_px
    centres = truth.eye_motion(interval)[:, :2] + truth.pupil[first, :2]
    shape = (truth.height_px, truth.width_px)
    made = as_analysis(
        Path("clip.mp4"),
        truth.time_s,
        truth.is_blink,
        [((first, last), centres, path, 40.0)],
        truth.mm_per_px,
        shape,
    )
    rows = []
    for frame in frames:
        line = truth.front_at(int(frame))
        x = np.arange(8, truth.width_px, 8)
        y = np.interp(x, line[:, 0], line[:, 1]) + shift_px
        part = {"interval": 0, "frame": frame, "time_s": truth.time_s[frame], "sd_px": 1.0}
        rows.append(pd.DataFrame({**part, "x_eye_px": x, "y_eye_px": y, "observed": True}))
    return replace(made, front=shape_table(pd.concat(rows), FRONT))


def test_truth_scores_zero(truth: Truth) -> None:
    numbers = score_analysis(_perfect(truth), truth)
    one = numbers["intervals"][0]
    assert numbers["blink_f1"] is None
    assert numbers["scale_error"] == pytest.approx(0.0)
    assert one["eye_rms_px"] == pytest.approx(0.0, abs=1e-9)
    assert one["track_1s_px"] == pytest.approx(0.0, abs=1e-6)
    assert one["track_end_px"] == pytest.approx(0.0, abs=1e-6)
    assert one["front_px"] < 0.1
    assert one["front_complete"] > 0.97


def test_errors_are_found(truth: Truth) -> None:
    one = score_analysis(_perfect(truth, shift_px=3.0), truth)["intervals"][0]
    assert one["track_1s_px"] == pytest.approx(3.0, abs=1e-6)
    assert 1.0 < one["front_px"] <= 3.0
    assert one["front_bias_px"] == pytest.approx(3.0, abs=0.05)


def test_annotators_fit_is_near_the_law(truth: Truth) -> None:
    one = score_analysis(annotator(Path("x.mp4"), truth.mm_per_px, truth), truth)["intervals"][0]
    assert one["fitted"]
    assert abs(one["rho_error"]) < 0.3


def test_spread_on_filmless_eye_is_false() -> None:
    bare = make_truth(make_scene("no_film", 3))
    interval = bare.intervals[-1]
    length = interval.end_frame - interval.start_frame + 1
    path = np.zeros((length, 4, 2))
    path[..., 1] = np.exp(-np.arange(length) / 20.0)[:, None] * 30.0
    run = (interval.start_frame, interval.end_frame)
    shape = (bare.height_px, bare.width_px)
    parts = [(run, np.zeros((length, 2)), path, None)]
    made = as_analysis(Path("x"), bare.time_s, bare.is_blink, parts, 0.02, shape)
    scored = {i["index"]: i for i in score_analysis(made, bare)["intervals"]}
    assert scored[interval.index]["false_spread"]
    assert not scored[interval.index]["false_front"]


def test_interval_that_was_not_found_counts() -> None:
    truth = make_truth(make_scene("normal", 3))
    made = as_analysis(Path("x"), truth.time_s, truth.is_blink, [], truth.mm_per_px, (480, 640))
    numbers = score_analysis(made, truth)
    assert numbers["blink_f1"] == 1.0
    assert [i["found"] for i in numbers["intervals"]] == [False, False]
