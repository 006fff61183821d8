"""Decisions taken into results that are there: the same numbers from whichever way they came."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from easytear.base.errors import ResultsError
from easytear.engine import run
from easytear.request.corrections import (
    Corrections,
    EllipseEdit,
    Excluded,
    IntervalEdit,
    RegionEdit,
    TrackEdit,
    TrackRejection,
)
from easytear.request.request import Request
from easytear.request.scale import SD_HVID_MM, ScaleRequest
from easytear.results import Analysis, read_results, summary_json, write_results
from tests.engine.conftest import ASKED, NORMAL

GONE = Path("no-such-video.mp4")
"""Where this stands for the video, it must not be needed."""


@pytest.fixture(scope="module")
def kept(normal: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Return the results as they stand on disk."""
    folder = tmp_path_factory.mktemp("kept")
    write_results(normal, folder)
    return read_results(folder)


def files(analysis: Analysis, folder: Path) -> dict[str, bytes]:
    write_results(analysis, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_measuring_again_what_did_not_change_changes_nothing(
    normal: Analysis, kept: Analysis, tmp_path: Path
) -> None:
    before = files(normal, tmp_path / "a")
    assert files(run(ASKED, GONE, kept, remeasure=True), tmp_path / "b") == before
    assert files(run(ASKED, GONE, kept), tmp_path / "c") == before


SETTING = {"spread.window_s": "2.0", "quality.min_tracks": "200"}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(ASKED.but(scale=ScaleRequest(value=12.5, sd=0.1)), id="iris width"),
        pytest.param(ASKED.with_settings(SETTING), id="measuring settings"),
        pytest.param(ASKED.but(scale=ScaleRequest(kind="mm_per_px", value=0.021)), id="ruler"),
    ],
)
def test_what_only_measures_needs_no_video_and_gives_the_same(
    request_: Request, kept: Analysis
) -> None:
    at_once = run(request_, NORMAL)
    assert summary_json(run(request_, GONE, kept).summary) == summary_json(at_once.summary)


def test_a_corrected_interval_gives_the_same_as_if_analysed_so(kept: Analysis) -> None:
    one = kept.summary.intervals[0]
    assert one.region is not None
    corrections = Corrections(
        intervals=(
            IntervalEdit(interval=0, start_frame=one.start_frame + 2, end_frame=one.end_frame - 9),
        ),
        regions=(RegionEdit(interval=0, polygon=tuple((x, y + 6.0) for x, y in one.region)),),
        excluded=(Excluded(interval=0, reason="for the test"),),
    )
    request = ASKED.but(corrections=corrections)
    again, at_once = run(request, NORMAL, kept), run(request, NORMAL)
    assert summary_json(again.summary) == summary_json(at_once.summary)
    assert again.summary.intervals[0].start_frame == one.start_frame + 2
    assert [note.what for note in again.summary.notes] == ["interval", "region", "exclusion"]


def test_a_wider_limbus_makes_the_scale_smaller_by_as_much(kept: Analysis) -> None:
    iris = kept.summary.intervals[0].iris
    assert iris is not None
    edit = EllipseEdit(
        interval=0,
        x_px=iris.x_px,
        y_px=iris.y_px,
        rx_px=iris.rx_px * 1.06,
        ry_px=iris.ry_px * 1.06,
        angle_deg=iris.angle_deg,
    )
    again = run(ASKED.but(corrections=Corrections(irises=(edit,))), NORMAL, kept)
    before, after = kept.summary.calibration, again.summary.calibration
    assert before.mm_per_px is not None
    assert after.mm_per_px == pytest.approx(before.mm_per_px / 1.06, rel=1e-9)
    assert after.iris_px == pytest.approx(2.12 * iris.rx_px)


def test_an_iris_width_said_later_has_the_doubt_it_had_at_once(kept: Analysis) -> None:
    scale = run(ASKED.but(scale=ScaleRequest(value=12.5)), GONE, kept).summary.calibration
    assert scale.mm_per_px_sd is not None
    assert scale.mm_per_px_sd > 0
    mean = kept.summary.calibration
    assert mean.mm_per_px is not None
    assert mean.mm_per_px_sd is not None
    assert mean.mm_per_px_sd / mean.mm_per_px > SD_HVID_MM / 11.7


def test_an_iris_width_that_was_given_is_not_lost(kept: Analysis) -> None:
    given = run(ASKED.but(scale=ScaleRequest(value=12.5)), GONE, kept)
    left_out = Corrections(excluded=(Excluded(interval=0, reason="looks away"),))
    later = run(given.summary.request.but(corrections=left_out), GONE, given)
    assert later.summary.calibration == given.summary.calibration
    assert later.summary.intervals[0].spread == given.summary.intervals[0].spread


def test_pictures_only_cost_nothing(kept: Analysis) -> None:
    again = run(ASKED.with_settings({"enhance.sharpen": "1.0"}), GONE, kept)
    assert again.summary.intervals == kept.summary.intervals
    assert again.summary.request.settings.enhance.sharpen == 1.0


def rejections(analysis: Analysis, count: int) -> tuple[TrackRejection, ...]:
    first = analysis.tracks.drop_duplicates("track_id").iloc[:count]
    return tuple(
        TrackRejection(interval=0, frame=int(frame), x_px=float(x), y_px=float(y))
        for frame, x, y in zip(first["frame"], first["x_px"], first["y_px"], strict=True)
    )


def test_rejected_tracks_and_own_points_are_measured_without_the_video(kept: Analysis) -> None:
    start = kept.summary.intervals[0].start_frame
    own = TrackEdit(
        interval=0,
        frame=tuple(range(start, start + 20)),
        x_px=(300.0,) * 20,
        y_px=tuple(np.linspace(300.0, 280.0, 20).tolist()),
        observed=(True,) * 20,
        by="R",
    )
    edits = Corrections(rejected=rejections(kept, 30), tracks=(own,))
    again = run(ASKED.but(corrections=edits), GONE, kept)
    ids = kept.tracks["track_id"].unique()
    left = set(again.tracks["track_id"])
    assert not left & set(ids[:30].tolist())
    assert len(left) == len(ids) - 30 + 1
    mine = again.tracks[again.tracks["track_id"] == max(left)]
    np.testing.assert_allclose(mine["y_px"], own.y_px, atol=2e-3)
    assert (mine["vy_mm_s"] > 0).all()
    before, after = (a.summary.intervals[0].spread.y for a in (kept, again))
    assert before is not None
    assert after is not None
    assert after.n != before.n
    assert summary_json(run(ASKED.but(corrections=edits), GONE, again).summary) == summary_json(
        again.summary
    )


def test_taking_a_rejection_back_gives_the_programs_own_tracks(kept: Analysis) -> None:
    less = run(ASKED.but(corrections=Corrections(rejected=rejections(kept, 30))), GONE, kept)
    assert len(less.tracks) < len(kept.tracks)
    assert summary_json(run(ASKED, NORMAL, less).summary) == summary_json(kept.summary)


def test_without_a_front_there_is_no_headline(kept: Analysis) -> None:
    again = run(ASKED, GONE, replace(kept, front=kept.front.iloc[:0]), remeasure=True)
    interval = again.summary.intervals[0]
    assert interval.spread.front is None
    assert interval.spread.y is None
    assert interval.area.end_fraction is None


def test_what_older_results_do_not_tell_is_not_guessed(kept: Analysis) -> None:
    old = kept.summary.request.model_copy(update={"unknown": ("start_s", "end_s")})
    older = replace(kept, summary=kept.summary.model_copy(update={"request": old}))
    move = Corrections(intervals=(IntervalEdit(interval=0, start_frame=30, end_frame=60),))
    with pytest.raises(ResultsError, match="older format"):
        run(old.model_copy(update={"corrections": move}), NORMAL, older)
    run(old.with_settings({"spread.window_s": "2"}), GONE, older)
