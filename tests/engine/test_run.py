import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from easytear.base.errors import VideoError
from easytear.base.progress import Cancelled
from easytear.engine import run
from easytear.request.corrections import Corrections, Excluded, IntervalEdit
from easytear.request.request import Request
from easytear.request.scale import ScaleRequest
from easytear.request.settings import Settings
from easytear.results import FRAMES, FRONT, TRACKS, Analysis, summary_json
from easytear.simulate import Truth
from easytear.video import VideoWriter
from easytear.workers.pool import WorkerPool
from tests.engine.conftest import ASKED, NORMAL


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth.load(NORMAL)


def test_the_interval_after_the_blink_is_found(normal: Analysis, truth: Truth) -> None:
    blink, interval = truth.blinks[0], normal.summary.intervals[0]
    before = interval.blink_before
    assert before is not None
    assert before.complete
    assert abs(before.start_frame - blink.start_frame) <= 1
    assert abs(before.end_frame - blink.end_frame) <= 1
    assert interval.start_frame == before.end_frame + 1


def test_the_spread_law_is_near_the_truth(normal: Analysis, truth: Truth) -> None:
    fit = normal.summary.intervals[0].spread.y
    law = truth.headline(truth.intervals[1])
    assert fit is not None
    assert fit.converged
    assert fit.lambda_s == pytest.approx(law.lambda_s, rel=0.1)
    assert fit.onset_s == pytest.approx(law.onset_s, abs=0.05)


def test_tables_hold_every_frame_of_the_video(normal: Analysis, truth: Truth) -> None:
    frames = normal.frames
    assert list(frames.columns[: len(FRAMES)]) == list(FRAMES)
    assert frames["frame"].tolist() == list(range(len(truth.time_s)))
    np.testing.assert_allclose(frames["time_s"], truth.time_s, atol=1e-3)
    assert frames["interval"].dropna().unique().tolist() == [0]
    inside = frames["interval"].notna()
    result = normal.summary.intervals[0]
    assert frames.loc[inside, "frame"].tolist() == list(
        range(result.start_frame, result.end_frame + 1)
    )
    assert not (inside & frames["is_blink"]).any()


def test_tracks_agree_with_the_eye(normal: Analysis) -> None:
    tracks = normal.tracks
    assert list(tracks.columns) == list(TRACKS)
    assert list(normal.front.columns) == list(FRONT)
    eye = normal.frames.set_index("frame")
    dx = tracks["x_px"] - tracks["x_eye_px"] - eye["eye_dx_px"].reindex(tracks["frame"]).to_numpy()
    turned = np.deg2rad(eye["eye_rotation_deg"].abs().max()) * 400.0
    assert dx.abs().max() <= turned + 2e-3  # places are kept to a thousandth


def test_a_second_process_changes_no_digit(normal: Analysis) -> None:
    with WorkerPool(1) as pool:
        other = run(ASKED, NORMAL, pool=pool)
    assert summary_json(other.summary) == summary_json(normal.summary)
    pd.testing.assert_frame_equal(other.frames, normal.frames, check_exact=True)
    pd.testing.assert_frame_equal(other.tracks, normal.tracks, check_exact=True)
    pd.testing.assert_frame_equal(other.front, normal.front, check_exact=True)


def test_the_summary_is_json_without_holes(normal: Analysis) -> None:
    data = json.loads(summary_json(normal.summary))
    assert data["video"]["frame_count"] == len(normal.frames)
    assert data["request"]["settings"] == Settings().model_dump(mode="json")
    assert data["calibration"]["source"] == "hvid"


def test_a_known_scale_scales_lengths_and_not_times(normal: Analysis) -> None:
    scale = ScaleRequest(kind="mm_per_px", value=0.03)
    other = run(ASKED.but(scale=scale), NORMAL)
    assert other.summary.calibration.mm_per_px == 0.03
    ours, theirs = normal.summary.intervals[0].area, other.summary.intervals[0].area
    assert ours.max_mm2 is not None
    assert theirs.max_mm2 is not None
    factor = 0.03 / (normal.summary.calibration.mm_per_px or np.nan)
    assert theirs.max_mm2 / ours.max_mm2 == pytest.approx(factor**2, rel=0.2)


def test_decisions_are_taken_in_and_noted(normal: Analysis) -> None:
    found = normal.summary.intervals[0]
    corrections = Corrections(
        intervals=(
            IntervalEdit(
                interval=0,
                start_frame=found.start_frame,
                end_frame=found.start_frame + 40,
                by="A. Reader",
            ),
        ),
        excluded=(Excluded(interval=0, reason="looks away"),),
    )
    again = run(ASKED.but(corrections=corrections), NORMAL)
    interval = again.summary.intervals[0]
    assert (interval.start_frame, interval.end_frame) == (
        found.start_frame,
        found.start_frame + 40,
    )
    assert interval.excluded is not None
    assert [note.what for note in again.summary.notes] == ["interval", "exclusion"]
    assert again.tracks["frame"].max() <= found.start_frame + 40


class StopAt:
    def __init__(self, share: float) -> None:
        self.share = share

    def update(self, done: float, total: float, message: str = "") -> None:
        if done / total >= self.share:
            raise Cancelled


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_cancelling_stops_the_work(share: float) -> None:
    with pytest.raises(Cancelled):
        run(ASKED, NORMAL, progress=StopAt(share))


def test_a_grey_wall_gives_no_spread_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "wall.mp4"
    rng = np.random.default_rng(5)
    with VideoWriter(path, 160, 120) as writer:
        for _ in range(45):
            grey = np.clip(rng.normal(120, 2, (120, 160, 1)), 0, 255).astype(np.uint8)
            writer.write(np.repeat(grey, 3, axis=2))
    found = run(Request(), path)
    assert len(found.frames) == 45
    for interval in found.summary.intervals:
        assert interval.spread.y is None
        assert interval.spread.front is None
        assert interval.quality.flags
    assert len(found.front) == 0


def test_too_short_a_stretch_is_told_in_a_sentence() -> None:
    with pytest.raises(VideoError, match="at least 10"):
        run(Request(start_s=1.0, end_s=1.1), NORMAL)
