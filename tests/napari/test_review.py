"""Review in the window: what is under review is seen, and each finding can be judged."""

from __future__ import annotations

import numpy as np

from easytear.annotate.model import FrontLine, IntervalMark, PointTrack, Verdict
from tests.annotate import scene
from tests.napari.hands import film_results

HELD = [0, 5, 10]


def test_a_review_from_the_first_finding_to_done(person, video, tmp_path):
    anna = person(results=film_results(tmp_path / "bad", video, HELD))
    a, layers = anna.panel.annotator, anna.panel.layers
    assert anna.panel.intervals.rows.topLevelItem(0).text(3) == "to do"
    anna.key("R")
    assert a.doubt.kind == "interval"
    anna.keys("X")
    assert "Shift+N" in anna.said
    anna.key("Y")
    assert a.doubt.kind == "front"
    anna.key("Y")
    assert a.doubt.program_track in HELD
    assert layers.review.nshapes == 2
    centre = np.array(anna.camera.center[-2:])[::-1]
    np.testing.assert_allclose(centre, [a.doubt.x_px, a.doubt.y_px], atol=0.1)
    anna.key("Shift+R")
    assert set(layers.tracks.data[:, 0]) == {a.doubt.program_track}
    first = a.doubt.program_track
    anna.key("X")
    assert a.doubt.program_track != first
    anna.key("Z")
    assert first in {d.program_track for d in a.doubts}
    anna.key("Shift+R")
    track = a.doubt.program_track
    anna.key("Shift+X")
    assert a.doubt.program_track == track
    assert a.current_point().program_track == track
    for _ in range(20):
        if not a.doubts:
            break
        anna.keys("RX" if a.doubt not in a.doubts else "X")
    assert a.doubts == []
    assert anna.panel.intervals.rows.topLevelItem(0).text(3) == "in work"
    anna.key("Shift+E")
    assert "of" in anna.said
    assert "findings looked at" in anna.said
    assert anna.panel.intervals.rows.topLevelItem(0).text(3) == "done"
    assert next(a.document.of(IntervalMark)).done
    kinds = {v.about for v in a.document.of(Verdict)}
    assert kinds == {"interval", "front", "track"}
    assert all(v.program_frame is not None for v in a.document.of(Verdict))


def test_ghosts_of_the_front_occluded_points_and_the_intervals_end(person):
    anna = person(blind=True)
    a, layers = anna.panel.annotator, anna.panel.layers
    for frame, y in ((10, 130), (30, 100)):
        anna.go(frame)
        anna.key("F")
        for x in (60, 160, 260):
            anna.click(x, y)
        anna.key("Enter")
        anna.until(
            lambda n=frame: any(k.frame == n for f in a.document.of(FrontLine) for k in f.keyframes)
        )
    assert layers.front.nshapes == 1
    anna.go(20)
    assert layers.front.nshapes == 3
    anna.go(40)
    assert layers.front.nshapes == 1
    anna.go(20)
    anna.point_to(150, 60)
    anna.keys(["A", "Shift+L"])
    point = next(a.document.of(PointTrack))
    assert point.keyframes[0].occluded
    anna.key("Shift+L")
    assert not next(a.document.of(PointTrack)).keyframes[0].occluded
    anna.key("P")
    anna.go(scene.END - 4)
    anna.key("E")
    assert anna.frame == scene.END
    anna.key("E")
    assert anna.frame == scene.END
    assert "ends here" in anna.said


def test_lists_leave_the_films_keys_alone(person):
    from qtpy.QtCore import Qt
    from qtpy.QtTest import QTest

    anna = person()
    anna.go(20)
    rows = anna.panel.intervals.rows
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Right)
    assert anna.frame == 21
    QTest.keyClick(rows, Qt.Key.Key_E)
    assert anna.frame == 31


def test_lambda_from_ones_own_points_or_why_there_is_none(person):
    anna = person()
    outcome = anna.panel.outcome
    anna.press(outcome.own)
    anna.wait_for_work()
    assert "Set points first" in outcome.result.text()
    for frame in range(scene.START, scene.END, 10):
        anna.go(frame)
        for n, x in enumerate((70, 110, 160, 210, 250)):
            anna.point_to(*scene.film_image(x, 112, frame))
            if frame > scene.START:
                anna.panel.annotator.choose(anna.items[n].id)
                anna.key("W")
                anna.go(frame)
            else:
                anna.key("A")
    assert [point.label for point in anna.items] == ["1", "2", "3", "4", "5"]
    anna.press(outcome.own)
    anna.wait_for_work()
    assert outcome.result.text().startswith("Interval 1: λ from your points")
    anna.key("Z")
    assert not outcome.result.isEnabled()


def test_napari_keys_that_rest_are_listed(person):
    anna = person()
    anna.press(anna.panel.keys.button)
    text = anna.panel.keys.table.text()
    assert "select all" in text
    assert "brush" not in text
