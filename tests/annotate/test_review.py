"""What is doubtful comes first."""

from __future__ import annotations

import numpy as np
import pytest

from easytear.annotate.model import Verdict
from easytear.annotate.review import review_queue, worth_a_look
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


ODD = 18


@pytest.fixture(scope="module")
def odd():
    """Tracks just below the front tremble a little; one of them rises at a pace of its own."""
    made = scene.analysis()
    tracks = made.tracks.copy()
    random = np.random.default_rng(5)
    tracks["y_eye_px"] += random.normal(0, 0.2, len(tracks))
    rows = tracks["track_id"] == ODD
    t = tracks.loc[rows, "time_s"] - tracks.loc[rows, "time_s"].iloc[0]
    tracks.loc[rows, "y_eye_px"] = 110 - 38 * (1 - np.exp(-t / 1.2))
    return Analysis(made.summary, made.frames, tracks, made.front)


def test_the_short_queue_asks_for_what_moves_lambda(odd):
    queue = worth_a_look(review_queue(odd), scene.annotated())
    tracks = tracks_of(queue)
    assert tracks[0].program_track == ODD
    assert abs(tracks[0].effect) > 0.02
    assert "without it λ" in tracks[0].why
    assert len(tracks) <= 10
    assert {d.kind for d in queue[: -len(tracks)]} == {"interval", "front"}
    document = scene.annotated(items=[Verdict(id=1, program_track=ODD, accepted=False)])
    assert ODD not in {d.program_track for d in worth_a_look(review_queue(odd), document)}


def test_numbers_and_fronts_are_accepted_and_come_back_when_that_is_undone(analysis):
    every = review_queue(analysis)
    said = [
        Verdict(id=1, about=about, program_interval=0, program_frame=10, accepted=True)
        for about in ("interval", "front")
    ]
    said[1] = said[1].model_copy(update={"id": 2})
    kinds = {d.kind for d in worth_a_look(every, scene.annotated(items=said))}
    assert kinds == {"track"}


def test_the_effect_is_what_leaving_the_track_out_does(odd):
    """Against the fit of all tracks but that one, found by a search of its own."""
    from easytear.annotate.influence import _lambda, _Way, lambda_effects

    one, first = odd.summary.intervals[0], range(0, 54, 6)  # the row just below the front
    ways = {
        int(track): _Way(rows["time_s"].to_numpy() - one.start_s, -rows["y_eye_px"].to_numpy())
        for track, rows in odd.tracks.sort_values("frame").groupby("track_id")
        if track in first
    }
    effects = lambda_effects(odd)
    assert {track for track, effect in effects.items() if effect != 0.0} == set(first)
    whole = _lambda(one, ways)
    left = _lambda(one, {track: way for track, way in ways.items() if track != ODD})
    assert effects[ODD] == pytest.approx(left / whole - 1, rel=0.3)
