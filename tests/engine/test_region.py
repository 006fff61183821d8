import numpy as np

from easytear.base.geometry import Ellipse
from easytear.engine.region import FoldedCornea, polygon_mask, redrawn
from easytear.preprocess.records import Cornea

SHAPE = (120, 160)


def cornea() -> Cornea:
    polygon = np.array([[20.0, 30.0], [140.0, 30.0], [120.0, 100.0], [40.0, 100.0]])
    mask = polygon_mask(polygon, SHAPE)
    film = mask.copy()
    film[:50] = False
    edge = np.where(np.arange(SHAPE[1]) > 30, 100.0, np.nan)
    return Cornea(Ellipse(80.0, 60.0, 55.0, 50.0), 1.2, polygon, mask, film, edge, ("some",))


def test_a_folded_cornea_is_small_and_comes_back_whole() -> None:
    whole = cornea()
    folded = FoldedCornea.of(whole)
    assert (folded.iris, folded.iris_width_sd_px) == (whole.iris, 1.2)
    assert len(folded.packed) < 0.1 * whole.region_mask.nbytes
    back = folded.unfolded()
    for name in ("region", "region_mask", "film_mask", "lower_edge_px"):
        np.testing.assert_array_equal(getattr(back, name), getattr(whole, name))
    assert back.flags == ("some",)


def test_a_drawn_region_keeps_what_is_known_of_the_film_in_it() -> None:
    drawn = np.array([[10.0, 40.0], [150.0, 40.0], [150.0, 110.0], [10.0, 110.0]])
    new = FoldedCornea.of(redrawn(cornea(), drawn)).unfolded()
    assert new.region_mask[105, 80]
    assert new.film_mask[105, 80]  # nothing was known there
    assert not new.film_mask[45, 80]  # known to be no film
    assert not new.region_mask[35, 80]
