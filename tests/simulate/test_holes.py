"""Holes: where they are asked for, from when they are asked for, and told in the truth."""

from pathlib import Path

import numpy as np
import pytest

from easytear.simulate import make_scene
from easytear.simulate.holes import hole_mask, true_holes
from easytear.simulate.render import Renderer
from easytear.simulate.scene import Hole, Scene
from easytear.simulate.truth import Truth
from easytear.simulate.truth_scene import make_truth


def scene(**hole: object) -> Scene:
    base = make_scene("film_breaks", 3)
    film = base.film.model_copy(update={"holes": (Hole(**{"y_mm": 3.0, **hole}),)})  # type: ignore[arg-type]
    camera = base.camera.model_copy(update={"width_px": 320, "height_px": 240})
    return base.model_copy(update={"film": film, "camera": camera})


def test_a_hole_is_as_dark_as_bare_tear_and_only_there_and_then() -> None:
    with_hole = scene(after_s=3.0, grow_s=0.5, half_x_mm=0.5, half_y_mm=0.5)
    without = with_hole.model_copy(update={"film": with_hole.film.model_copy(update={"holes": ()})})
    (hole,) = true_holes(with_hole)
    shots = [Renderer(one) for one in (with_hole, without)]
    late, early = hole.begins_s + 1.0, hole.begins_s - 0.1
    before = shots[0].light(early) - shots[1].light(early)
    assert np.abs(before).max() == 0.0
    change = (shots[0].light(late) - shots[1].light(late)).sum(axis=2)
    truth = make_truth(with_hole)
    frame = int(np.argmin(np.abs(truth.time_s - late)))
    y, x = np.mgrid[:240, :320]
    eye = truth.pose_at(frame).to_eye(np.column_stack([x.ravel(), y.ravel()]).astype(float))
    mask = hole_mask((hole,), eye, late, with_hole.camera.mm_per_px).reshape(240, 320)
    assert change[mask > 0.95].max() < 0.0
    assert np.abs(change[mask < 1e-6]).max() < 0.05 * np.abs(change).max()
    area = mask.sum() * with_hole.camera.mm_per_px**2
    assert area == pytest.approx(hole.area_mm2(late), rel=0.06)


def test_the_truth_says_when_it_is_large_enough_and_is_read_again(tmp_path: Path) -> None:
    truth = make_truth(scene(after_s=4.0, grow_s=2.0, half_x_mm=0.4, half_y_mm=0.4))
    (hole,) = truth.holes
    reached = hole.reaches_s(0.05)
    assert reached is not None
    assert hole.area_mm2(reached) == pytest.approx(0.05)
    assert hole.reaches_s(5.0) is None
    truth.save(tmp_path / "eye.mp4")
    assert Truth.load(tmp_path / "eye.mp4").holes == truth.holes


def test_decoys_are_no_breaks_and_scenes_without_holes_have_none() -> None:
    assert make_scene("whole_patches", 1).film.holes
    assert not true_holes(make_scene("whole_patches", 1))
    assert not true_holes(make_scene("normal", 1))
    kinds = {h.kind for seed in range(12) for h in make_scene("film_breaks", seed).film.holes}
    assert kinds == {"spot", "line", "area"}
