"""Who reads what: balanced, everybody the gold ones, and nobody can tell them."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from easytear.annotate.readers.assignment import (
    assign,
    key_rows,
    read_assignment,
    state_of,
    write_assignment,
)
from easytear.annotate.readers.protocol import DENSE, ORIGINAL, places
from easytear.base.errors import AnnotationError, UsageError
from easytear.results import Analysis
from tests.annotate import scene


def video(name, count=1):
    made = scene.analysis()
    told = made.summary.video.model_copy(update={"path": f"{name}.mp4", "sha256": name * 8})
    intervals = tuple(scene.interval(index=n) for n in range(count))
    summary = made.summary.model_copy(update={"video": told, "intervals": intervals})
    return Analysis(summary, made.frames, made.tracks, made.front)


VIDEOS = [video(f"v{n:02d}") for n in range(12)]
GOLD = scene.annotated("head").model_copy(
    update={"video": scene.VIDEO.model_copy(update={"sha256": "v03" * 8})}
)


def test_loads_are_even_and_so_are_meetings():
    plan = assign(VIDEOS, list("abcd"), ORIGINAL, each=2, seed=3)
    loads = [len(one.items) for one in plan.assignments]
    assert loads == [6, 6, 6, 6]
    read = {one.reader: {i.sha256 for i in one.items} for one in plan.assignments}
    assert Counter(v for own in read.values() for v in own) == {
        f"v{n:02d}" * 8: 2 for n in range(12)
    }
    met = [len(read[a] & read[b]) for a, b in combinations("abcd", 2)]
    assert min(met) >= 1


def test_gold_is_in_every_list_and_marked_in_none():
    plan = assign(VIDEOS, list("abc"), ORIGINAL, each=1, gold=[GOLD], seed=1)
    where = []
    for one in plan.assignments:
        found = [n for n, item in enumerate(one.items) if item.sha256 == "v03" * 8]
        where += found
        assert len(found) == 1
        assert "gold" not in one.model_dump_json()
    assert len(set(where)) > 1
    rows = key_rows(plan, {name: f"{name}.json" for name in "abc"})
    assert [row[3] for row in rows if row[-1] == "yes"] == ["v03.mp4"] * 3


def test_the_same_seed_gives_the_same_plan():
    one, same, other = (assign(VIDEOS, ["a", "b"], ORIGINAL, each=1, seed=s) for s in (5, 5, 6))
    assert one == same != other


def test_the_original_protocol_reads_one_interval_of_a_video():
    several = [video("many", 3)]
    assert len(assign(several, ["a"], ORIGINAL, each=1).assignments[0].items) == 1
    assert len(assign(several, ["a"], DENSE, each=1).assignments[0].items) == 3


def test_places_lie_below_the_front_across_its_width():
    plan = assign(VIDEOS[:1], ["a"], ORIGINAL, each=1)
    (item,) = plan.assignments[0].items
    x, y = np.array(item.places).T
    depth_mm = (y - 105.0) * scene.MM_PER_PX
    assert (depth_mm > 0.05).all()
    assert (depth_mm < 0.3).all()
    assert np.diff(x) == pytest.approx(np.full(4, (x[-1] - x[0]) / 4), abs=0.01)


@pytest.mark.parametrize("turned", [1, -1])
def test_places_do_not_depend_on_the_lines_direction(turned):
    front = np.array([[0.0, 50.0], [100.0, 70.0], [200.0, 50.0]])[::turned]
    found = places(front, ORIGINAL, 0.01)
    assert found[2] == pytest.approx([100.0, 70.0 + (0.05 + 0.25 / 3) / 0.01])


def test_it_goes_round_and_tells_its_state(tmp_path):
    plan = assign(VIDEOS[:1], ["anna"], ORIGINAL, each=1)
    write_assignment(plan.assignments[0], tmp_path / "a.assignment.json")
    assert read_assignment(tmp_path / "a.assignment.json") == plan.assignments[0]
    (item,) = plan.assignments[0].items
    assert state_of(item, None) == "to do"
    assert state_of(item, scene.annotated()) == "in work"


def test_what_cannot_be_shared_is_refused(tmp_path):
    with pytest.raises(UsageError, match="twice"):
        assign(VIDEOS, ["a", "a"], ORIGINAL, each=1)
    with pytest.raises(UsageError, match="3 of 2"):
        assign(VIDEOS, ["a", "b"], ORIGINAL, each=3)
    with pytest.raises(AnnotationError, match="without results"):
        assign(VIDEOS[:1], ["a"], ORIGINAL, each=1, gold=[GOLD])
    (tmp_path / "x.assignment.json").write_text("{}")
    with pytest.raises(AnnotationError, match="is not an EasyTear assignment"):
        read_assignment(tmp_path / "x.assignment.json")
