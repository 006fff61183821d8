"""Readers with known errors, against a gold standard and against each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easytear.annotate.agreement import compare, write_agreement
from easytear.annotate.agreement.records import GOLD
from easytear.annotate.agreement.scores import OTHERS
from easytear.annotate.agreement.statistics import bland_altman, icc
from easytear.annotate.model import FrontLine, IntervalMark, Keyframe
from easytear.base.errors import AnnotationError
from tests.annotate import scene
from tests.annotate.agreement.test_statistics import table


def marked(name, noise, lower=0.0, end=65, seed=0):
    x = np.arange(60.0, 261.0, 20.0)
    keys = []
    for frame in (10, 20, 30):
        ex, ey = scene.film_image(x, np.full(len(x), 105.0), np.full(len(x), frame))
        points = tuple((float(a), float(b) + lower) for a, b in zip(ex, ey, strict=True))
        keys.append(Keyframe(frame=frame, points=points))
    items = (
        IntervalMark(id=1, start_frame=6, end_frame=end),
        FrontLine(id=2, keyframes=tuple(keys)),
    )
    return scene.annotated(name, noise_px=noise, seed=seed, items=items)


READERS = [
    marked("anna", 1.0, seed=1),
    marked("bert", 1.0, seed=2),
    marked("carla", 6.0, seed=3),
    marked("dora", 1.0, lower=5.0, end=61, seed=4),
]


@pytest.fixture(scope="module")
def comparison():
    return compare([(scene.analysis(), READERS)], gold=[marked("head", 0.0)])


@pytest.mark.parametrize("against", [GOLD, OTHERS])
def test_each_readers_own_error_is_found(comparison, against):
    found = {s.reader: s for s in comparison.agreement.scores if s.against == against}
    assert found["anna"].points_median_px < 3.0
    assert found["carla"].points_median_px > 7.0
    assert found["dora"].front_signed_px == pytest.approx(5.0, abs=0.4)
    assert abs(found["bert"].front_signed_px) < 1.0
    assert found["dora"].end_frames == -4.0
    assert all(one.points_missed == 0 for one in found.values())


def test_a_point_of_the_gold_standard_that_is_not_read_is_told(tmp_path):
    few = READERS[0].model_copy(
        update={"items": tuple(i for i in READERS[0].items if i.kind != "point")}
    )
    found = compare([(scene.analysis(), [few])], gold=[marked("head", 0.0)])
    (score,) = found.agreement.scores
    assert (score.points, score.points_missed) == (0, 5)
    text = write_agreement(found, tmp_path).read_text(encoding="utf-8")
    assert "Without any of its points: anna: film.mp4, interval 1." in text


def test_two_gold_standards_of_a_video_are_refused():
    with pytest.raises(AnnotationError, match="several gold standards"):
        compare([(scene.analysis(), [])], gold=[marked("a", 0.0), marked("b", 0.0)])


def test_many_readers_pages_stay_readable(comparison, tmp_path):
    text = write_agreement(comparison, tmp_path).read_text(encoding="utf-8")
    assert "15 pairs of observers" in text
    assert Path(tmp_path / "scores.csv").read_text(encoding="utf-8").count("\n") == 9


def nested(random, subjects, each, sd):
    ratio = np.repeat(random.normal(0.1, sd, subjects), each) + random.normal(
        0, 0.05, subjects * each
    )
    return np.exp(ratio), np.repeat(np.arange(subjects), each).tolist()


def test_intervals_of_one_subject_count_as_one():
    """Ten alike intervals of eight subjects promise no more than eight do."""
    random = np.random.default_rng(3)
    held = []
    for _ in range(200):
        ratio, subject = nested(random, 8, 10, 0.2)
        found = bland_altman(ratio, np.ones(len(ratio)), subject)
        held.append(found.ratio_ci95[0] <= np.exp(0.1) <= found.ratio_ci95[1])
    assert 0.91 <= np.mean(held) <= 0.99
    assert (found.n, found.subjects) == (80, 8)


def test_few_subjects_with_several_intervals_give_no_interval():
    ratio, subject = nested(np.random.default_rng(1), 3, 5, 0.2)
    found = bland_altman(ratio, np.ones(15), subject)
    assert found.limits is not None
    assert (found.ratio_ci95, found.upper_ci95) == (None, None)


def test_icc_of_readers_who_each_read_a_part():
    random = np.random.default_rng(2)
    values = table({name: np.exp(np.arange(12) / 3) for name in "abcd"})
    values["value"] *= np.exp(random.normal(0, 0.1, len(values)))
    part = values[random.random(len(values)) < 0.6]
    found, whole = icc(part), icc(values)
    assert found.consistency is None
    assert found.readings < whole.readings
    assert found.agreement == pytest.approx(whole.agreement, abs=0.02)
    assert found.factor == pytest.approx(np.exp(1.96 * 2**0.5 * 0.1), rel=0.25)
