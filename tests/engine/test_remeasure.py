from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from easytear.base.errors import ResultsError
from easytear.engine import remeasure
from easytear.request.corrections import Corrections, Excluded, IntervalEdit
from easytear.request.scale import Calibration
from easytear.results import Analysis, CorrectionNote, read_results, write_results


def leaves(analysis: Analysis) -> tuple[dict[str, float], dict[str, str]]:
    """Return every number of the intervals by its place in the summary, and every other value."""
    table = pd.json_normalize(
        [interval.model_dump(mode="json") for interval in analysis.summary.intervals]
    )
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    for name, values in table.items():
        for row, value in enumerate(values):
            if isinstance(value, (int, float)):
                numbers[f"{row}.{name}"] = float(value)
            else:
                words[f"{row}.{name}"] = str(value)
    return numbers, words


def test_measuring_again_gives_the_same_numbers(normal: Analysis) -> None:
    again = remeasure(normal)
    (numbers, words), (as_before, words_before) = leaves(again), leaves(normal)
    assert numbers == pytest.approx(as_before, rel=1e-9, nan_ok=True)
    assert words == words_before
    pd.testing.assert_frame_equal(again.tracks, normal.tracks)
    pd.testing.assert_frame_equal(again.frames, normal.frames)


def test_the_same_holds_for_results_read_from_disk(normal: Analysis, tmp_path: Path) -> None:
    write_results(normal, tmp_path)
    first = normal.summary.intervals[0].spread.y
    again = remeasure(read_results(tmp_path)).summary.intervals[0].spread.y
    assert first is not None
    assert again is not None
    assert again.lambda_s == pytest.approx(first.lambda_s, rel=2e-3)
    assert again.rho_mm == pytest.approx(first.rho_mm, rel=5e-3)


def test_a_new_scale_moves_lengths_and_velocities(normal: Analysis) -> None:
    scale = Calibration(mm_per_px=0.02, mm_per_px_sd=None, source="user")
    again = remeasure(normal, calibration=scale)
    assert again.summary.calibration.source == "user"
    factor = 0.02 / (normal.summary.calibration.mm_per_px or np.nan)
    one, two = normal.tracks["vy_mm_s"], again.tracks["vy_mm_s"]
    moving = one.abs() > 0.5
    assert moving.any()
    np.testing.assert_allclose(two[moving] / one[moving], factor, rtol=0.3)


def test_an_exclusion_is_kept_with_its_reason(normal: Analysis) -> None:
    corrections = Corrections(excluded=(Excluded(interval=0, reason="looks away", by="R"),))
    once = remeasure(normal, corrections=corrections)
    twice = remeasure(once, corrections=corrections)
    kept = twice.summary.intervals[0].excluded
    assert kept is not None
    assert kept.reason == "looks away"
    assert [note.what for note in twice.summary.notes] == ["exclusion"]


def test_rejecting_tracks_changes_the_fit(normal: Analysis) -> None:
    note = CorrectionNote(what="tracks", interval=0, detail="rejected half", by="R")
    kept = normal.tracks[normal.tracks["track_id"] % 2 == 0]
    again = remeasure(normal, tracks=kept, notes=[note])
    before, after = (a.summary.intervals[0].spread.y for a in (normal, again))
    assert before is not None
    assert after is not None
    assert after.n < before.n
    assert len(again.tracks) == len(kept)
    assert again.summary.notes == (note,)


def test_without_a_front_there_is_no_headline(normal: Analysis) -> None:
    again = remeasure(normal, front=normal.front.iloc[:0])
    interval = again.summary.intervals[0]
    assert interval.spread.front is None
    assert interval.spread.y is None
    assert interval.area.end_fraction is None


def test_moved_intervals_need_the_video(normal: Analysis) -> None:
    move = IntervalEdit(interval=0, start_frame=30, end_frame=60)
    with pytest.raises(ResultsError, match="need the video"):
        remeasure(normal, corrections=Corrections(intervals=(move,)))
