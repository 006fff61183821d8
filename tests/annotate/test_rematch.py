"""Verdicts and replacements hold when a video is analysed again, and what is lost is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from easytear.annotate.corrected import apply_and_tell
from easytear.annotate.decisions import rejected
from easytear.annotate.model import IntervalMark, Keyframe, PointTrack, Verdict
from easytear.annotate.rematch import rematched

from . import scene


@pytest.fixture(scope="module")
def analysis():
    return scene.analysis()


def renumbered(analysis, without=()):
    """Return the results of the same video made anew: other numbers, some tracks not found."""
    tracks = analysis.tracks[~analysis.tracks["track_id"].isin(without)].copy()
    tracks["track_id"] = 100 - tracks["track_id"]
    tracks["x_px"] += 0.4
    return replace(analysis, tracks=tracks.sort_values(["track_id", "frame"]))


def place(analysis, track, frame=20):
    rows = analysis.tracks
    row = rows[(rows["track_id"] == track) & (rows["frame"] == frame)].iloc[0]
    return {
        "program_track": track,
        "program_frame": frame,
        "program_x_px": float(row["x_px"]),
        "program_y_px": float(row["y_px"]),
    }


def said(analysis):
    key = Keyframe(frame=20, points=((5, 5),))
    return scene.annotated(
        items=[
            Verdict(id=1, accepted=False, **place(analysis, 3)),
            Verdict(id=2, accepted=True, **place(analysis, 4)),
            PointTrack(id=3, keyframes=[key], **place(analysis, 7)),
            Verdict(id=4, accepted=False, **place(analysis, 9)),
        ]
    )


def test_other_numbers_and_a_track_that_is_gone(analysis):
    found = rematched(said(analysis), renumbered(analysis, without=[9]))
    numbers = {item.id: item.program_track for item in found.document.items if item.id < 5}
    assert numbers == {1: 97, 2: 96, 3: 93, 4: 9}
    assert rejected(found.document) == {97, 93}
    assert found.document.get(4).flags == ("unmatched",)
    assert found.lost == ("Rejected track 9: the results no longer have it.",)


def test_a_track_that_is_found_again_counts_again(analysis):
    lost = rematched(said(analysis), renumbered(analysis, without=[9])).document
    back = rematched(lost, analysis)
    assert back.lost == ()
    assert back.document == said(analysis)


def test_results_with_the_rejection_in_them_have_lost_nothing(analysis):
    after, lost = apply_and_tell(analysis, said(analysis))
    assert lost == ()
    again = rematched(said(analysis), after)
    assert again.lost == ()
    assert again.document.get(1).flags == ()


def test_results_made_anew_are_corrected_by_place(analysis):
    anew = renumbered(analysis, without=[9])
    after, lost = apply_and_tell(anew, said(analysis))
    assert len(lost) == 1
    gone = set(anew.tracks["track_id"]) - set(after.tracks["track_id"])
    assert gone == {97, 93}


def test_intervals_are_known_by_time(analysis):
    moved = scene.interval(index=1, start_frame=10)
    summary = analysis.summary.model_copy(update={"intervals": (moved,)})
    mark = IntervalMark(id=1, start_frame=6, end_frame=60, program_interval=0)
    numbers = Verdict(id=2, about="interval", program_interval=0, program_frame=20, accepted=True)
    found = rematched(scene.annotated(items=[mark, numbers]), replace(analysis, summary=summary))
    assert [item.program_interval for item in found.document.items[:2]] == [1, 1]
    early = mark.model_copy(update={"start_frame": 0, "end_frame": 5})
    found = rematched(scene.annotated(items=[early]), replace(analysis, summary=summary))
    assert "interval 1" in found.lost[0]


def test_a_mark_of_an_older_file_keeps_its_number(analysis):
    marks = [Verdict(id=1, program_track=3, accepted=False)]
    marks.append(Verdict(id=2, program_track=5000, accepted=False))
    found = rematched(scene.annotated(items=marks), analysis)
    assert rejected(found.document) == {3}
    assert len(found.lost) == 1
