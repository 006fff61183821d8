"""What is doubtful comes first."""

from __future__ import annotations

import numpy as np
import pytest

from easytear.annotate.model import Verdict
from easytear.annotate.review import review_queue
from easytear.results import Analysis
from tests.annotate import scene

STUCK = 22


@pytest.fixture(scope="module")
def analysis():
    """One track stands still while the film about it moves, and is sure of itself."""
    made = scene.analysis()
    tracks = made.tracks.copy()
    rows = tracks["track_id"] == STUCK
    for name in ("x_eye_px", "y_eye_px"):
        tracks.loc[rows, name] = tracks.loc[rows, name].iloc[0]
    tracks.loc[rows, "sd_px"] = 0.1
    return Analysis(made.summary, made.frames, tracks, made.front)


def tracks_of(queue):
    return [d for d in queue if d.kind == "track"]


def test_a_point_that_stuck_comes_first(analysis):
    first = tracks_of(review_queue(analysis))[0]
    assert first.program_track == STUCK
    assert first.error_px > 10
    assert "neighbours" in first.why


def test_tracks_that_follow_the_film_are_as_doubtful_as_they_say(analysis):
    rest = tracks_of(review_queue(analysis))[1:]
    assert np.median([d.error_px for d in rest]) == pytest.approx(0.3, abs=0.1)
    errors = [d.error_px for d in review_queue(analysis)]
    assert errors == sorted(errors, reverse=True)


def test_what_was_judged_is_not_asked_again(analysis):
    document = scene.annotated(items=[Verdict(id=1, program_track=STUCK, accepted=True)])
    assert STUCK not in {d.program_track for d in review_queue(analysis, document)}


def test_an_interval_without_numbers_comes_before_all(analysis):
    assert review_queue(analysis)[0].kind == "interval"
