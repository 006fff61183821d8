"""What readers agree on: near the truth, whoever of them errs, and with the spread they have."""

from __future__ import annotations

import numpy as np
import pytest

from easytear.annotate.model import BlinkMark, FrontLine, IntervalMark, Keyframe, PointTrack
from easytear.annotate.readers import consensus
from easytear.base.errors import AnnotationError
from tests.annotate import scene

PLACES = [(70, 130), (110, 150), (160, 140), (210, 160), (250, 130)]


def way_error(document):
    """Return how far the ways since the first frame are off, all points and frames."""
    off = []
    for point, (x, y) in zip(sorted(document.of(PointTrack), key=_x), PLACES, strict=True):
        frames = np.array([k.frame for k in point.keyframes])
        true = np.column_stack(scene.film_image(x, y, frames))
        off.append(np.array([k.points[0] for k in point.keyframes]) - true)
    return np.concatenate(off)


def _x(point):
    return point.keyframes[0].points[0][0]


def readers(sd, shift=(0, 0)):
    made = [scene.annotated(f"r{n}", noise_px=s, seed=n) for n, s in enumerate(sd)]
    moved = [
        item.model_copy(
            update={
                "keyframes": tuple(
                    k.model_copy(
                        update={"points": ((k.points[0][0] + shift[0], k.points[0][1] + shift[1]),)}
                    )
                    for k in item.keyframes
                )
            }
        )
        for item in made[-1].items
    ]
    return [*made[:-1], made[-1].model_copy(update={"items": tuple(moved)})]


def test_five_readers_are_nearer_than_one():
    found = consensus(readers([2.0] * 5))
    alone = way_error(readers([2.0, 2.0])[0]).std()
    assert way_error(found.document).std() < 0.7 * alone
    points = found.spread[found.spread["kind"] == "point"]
    assert np.sqrt((points["spread_px"] ** 2).mean()) == pytest.approx(2.0, rel=0.15)
    assert (points["readers"] == 5).all()


def test_one_who_points_elsewhere_does_not_pull_the_others():
    """One of five begins each point 15 px to the right: another bit of film, the same way."""
    found = consensus(readers([1.0] * 5, shift=(15, 0)))
    assert abs(way_error(found.document).mean(axis=0)[0]) < 1.0
    points = found.spread[found.spread["kind"] == "point"]
    assert np.sqrt((points["way_spread_px"] ** 2).mean()) < 1.3
    assert np.sqrt((points["spread_px"] ** 2).mean()) > 4.0


def test_the_order_of_readers_does_not_matter():
    given = readers([1.5] * 4, shift=(6, 3))
    one, other = consensus(given), consensus(given[::-1])
    places = [
        [k.points for p in c.document.of(PointTrack) for k in p.keyframes] for c in (one, other)
    ]
    assert places[0] == places[1]


def test_a_point_of_one_reader_is_not_agreed_on():
    given = readers([1.0] * 3)
    key = Keyframe(frame=10, points=((20.0, 200.0),))
    own = PointTrack(id=99, keyframes=(key,))
    given[1] = given[1].model_copy(update={"items": (*given[1].items, own)})
    found = consensus(given)
    assert len(list(found.document.of(PointTrack))) == 5
    assert found.told == ("5 of at most 6 points are agreed on",)


def test_a_reader_who_stops_early_moves_nothing():
    given = readers([0.0] * 3, shift=(9, 0))
    short = [i.model_copy(update={"keyframes": i.keyframes[:2]}) for i in given[2].items]
    found = consensus([*given[:2], given[2].model_copy(update={"items": tuple(short)})])
    assert np.abs(way_error(found.document)).max() < 0.01


def front(name, shift, start=40):
    x = np.arange(float(start), 281.0, 12.0)
    keys = []
    for frame in (10, 20, 30):
        y = 100 - frame + 0.1 * x + shift
        points = tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))
        keys.append(Keyframe(frame=frame, points=points))
    document = scene.annotated(name)
    return document.model_copy(update={"items": (FrontLine(id=1, keyframes=tuple(keys)),)})


def test_a_front_is_the_median_of_the_lines():
    found = consensus([front("a", 0), front("b", 2), front("c", 40, start=120)])
    line = next(found.document.of(FrontLine))
    for key in line.keyframes:
        x, y = np.array(key.points).T
        expected = 100 - key.frame + 0.1 * x + np.where((x < 120) | (x > 276), 1.0, 2.0)
        assert y == pytest.approx(expected, abs=0.01)
    assert (found.spread["kind"] == "front").sum() == 3


def test_ends_of_blinks_and_intervals_are_medians():
    ends = [(0, 5), (1, 6), (0, 9)]
    documents = [
        scene.annotated(f"r{n}").model_copy(
            update={
                "items": (
                    BlinkMark(id=1, start_frame=a, end_frame=b),
                    IntervalMark(id=2, start_frame=b + 1, end_frame=70),
                )
            }
        )
        for n, (a, b) in enumerate(ends)
    ]
    found = consensus(documents)
    blink, interval = (next(found.document.of(kind)) for kind in (BlinkMark, IntervalMark))
    assert (blink.start_frame, blink.end_frame) == (0, 6)
    assert (interval.start_frame, interval.end_frame) == (7, 70)
    row = found.spread[(found.spread["kind"] == "blink") & (found.spread["label"] == "end")]
    assert row["spread_frames"].item() == pytest.approx(np.std([5, 6, 9], ddof=1))


def test_it_needs_two_readers_of_one_video():
    with pytest.raises(AnnotationError, match="two readers"):
        consensus([scene.annotated()])
    other = scene.annotated("bert")
    other = other.model_copy(update={"video": other.video.model_copy(update={"sha256": "cd" * 32})})
    with pytest.raises(AnnotationError, match="different videos"):
        consensus([scene.annotated(), other])
    with pytest.raises(AnnotationError, match="in two files"):
        consensus([scene.annotated(), scene.annotated()])
