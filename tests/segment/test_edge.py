"""The front in one picture."""

import cv2
import numpy as np
import pytest

from easytear.segment.edge import Edge, find_edge, step_z, thick_edge
from easytear.segment.material import MaterialPicture

MM = 0.03
SHAPE = (120, 200)
ALL = np.ones(SHAPE, bool)


def _front():
    columns = np.arange(SHAPE[1])
    return 55 + 12 * np.sin(columns / 25.0)


def _picture(colour_step, texture_step, seed=0):
    rng = np.random.default_rng(seed)
    rows = np.indices(SHAPE)[0]
    below = (rows > _front()[None]).astype(np.float32)
    colour = cv2.GaussianBlur(rng.normal(0, 6, (*SHAPE, 3)).astype(np.float32), (0, 0), 2.0)
    colour += below[..., None] * np.asarray(colour_step, np.float32)
    energy = 3 + cv2.GaussianBlur(rng.normal(0, 4, SHAPE).astype(np.float32), (0, 0), 3.0)
    energy += cv2.GaussianBlur(texture_step * below, (0, 0), 3.0)
    return MaterialPicture(colour, energy, np.full(SHAPE, 100.0), ALL)


def test_a_yellower_rougher_layer_is_found():
    edge = find_edge(_picture((-8, 4, 4), 3.0), ALL, MM)
    error = np.abs(edge.row - _front())[5:-5]
    assert np.median(error) < 1.0
    assert edge.sure.mean() > 0.9


def test_a_brighter_layer_is_found_too():
    edge = find_edge(_picture((8, 8, 8), 3.0), ALL, MM)
    assert np.median(np.abs(edge.row - _front())[5:-5]) < 1.0


def test_without_texture_nothing_is_sure():
    edge = find_edge(_picture((-8, 4, 4), 0.0), ALL, MM)
    assert edge.sure.mean() < 0.2


def test_the_lower_edge_of_a_sheet_is_no_front():
    edge = find_edge(_picture((8, -4, -4), -3.0), ALL, MM)
    on_it = np.abs(edge.row - _front()) < 3.0
    assert (edge.sure & on_it).mean() < 0.1


def test_unknown_places_have_no_step():
    known = np.ones(SHAPE, bool)
    known[:, :50] = False
    z = step_z(np.indices(SHAPE)[0].astype(float), known, ALL, MM, 0.3)
    assert np.isnan(z[:, :45]).all()
    assert np.isfinite(z[40:80, 60:-5]).all()


def test_veins_of_the_layer_are_no_stronger_edge_than_its_own():
    picture = _picture((-3, 1.5, 1.5), 3.0)
    below = np.indices(SHAPE)[0] - _front()[None]
    vein = (below > 14) & (below < 22) & (np.arange(SHAPE[1]) > 60) & (np.arange(SHAPE[1]) < 140)
    picture.colour[vein] += np.asarray((-8, 4, 4), np.float32)
    edge = find_edge(picture, ALL, MM)
    assert np.abs(edge.row - _front())[60:140].max() < 3.0


def _eye(seed):
    """Return a picture of a round cornea, where its film is, and the front: flat, near the lid."""
    rng, shape, front = np.random.default_rng(seed), (160, 320), 120
    rows, columns = np.indices(shape)
    film = np.hypot(columns - 160, 1.1 * (rows - 20)) < 140
    below = film & (rows > front)
    wisps = [cv2.GaussianBlur(rng.normal(0, 1, (*shape, 3)), (0, 0), 3.0, sigmaY=6.0)]
    wisps.append(
        cv2.GaussianBlur(rng.normal(0, 1, (*shape, 1)), (0, 0), 3.0, sigmaY=6.0)[..., None]
    )
    colour = 2.0 * wisps[0] / wisps[0].std() + 8.0 * wisps[1] / wisps[1].std()
    colour[below] = 0.5 * colour[below] + (4, 9, 9)
    energy = 3 + cv2.GaussianBlur(rng.normal(0, 4, shape), (0, 0), 3.0) + 2.0 * below
    colour[~film], energy[~film] = 0.02 * colour[~film], 1.0
    known, bright = np.ones(shape, bool), np.full(shape, 100.0)
    energy = cv2.GaussianBlur(energy, (0, 0), 3.0).astype(np.float32)
    return MaterialPicture(colour.astype(np.float32), energy, bright, known), film, front


@pytest.mark.parametrize("seed", range(4))
def test_the_front_is_not_drawn_on_past_the_limbus_along_other_edges(seed):
    picture, film, front = _eye(seed)
    edge = find_edge(picture, film, MM)
    error = np.abs(edge.row - front)[edge.sure]
    assert (error < 3.0).sum() > 110
    assert error.max() * MM < 0.6


def test_a_step_is_as_sure_however_much_of_the_sclera_is_in_the_picture():
    picture, film, _ = _eye(0)
    shade = picture.colour.mean(axis=2)
    wide = np.pad(shade, ((0, 0), (200, 200)))
    there = np.pad(film, ((0, 0), (200, 200)))
    near = step_z(shade, picture.known, film, MM, 0.3)
    far = step_z(wide, np.ones(wide.shape, bool), there, MM, 0.3)[:, 200:-200]
    np.testing.assert_allclose(far[:, 10:-10], near[:, 10:-10], rtol=1e-4, atol=1e-4)


def _line(row, sure):
    return Edge(np.full(200, float(row)), np.ones(200), np.arange(200) < sure, 0.0)


def test_the_thick_layer_is_the_lower_of_two_that_both_part_the_film():
    ahead, front = _line(40, 180), _line(70, 120)
    assert thick_edge([ahead, front], [40.0, 30.0], MM) is front
    assert thick_edge([ahead, front], [40.0, 10.0], MM) is ahead


def test_of_two_paths_along_one_edge_the_surer_is_taken():
    better, worse = _line(70, 180), _line(71, 90)
    assert thick_edge([better, worse], [40.0, 30.0], MM) is better
