"""The exposed cornea as results keep it: a polygon, a lower edge, and the masks they make."""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass, replace

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.records import Cornea

EDGE_STEP_PX = 8


@dataclass(frozen=True)
class FoldedCornea:
    """A cornea that waits for its turn, its masks in a hundredth of their room.

    Attributes
    ----------
    iris : Ellipse or None
        Limbus in eye coordinates.
    iris_width_sd_px : float
        One standard deviation of its full width.
    packed : bytes
        All of it.
    """

    iris: Ellipse | None
    iris_width_sd_px: float
    packed: bytes

    @classmethod
    def of(cls, cornea: Cornea) -> FoldedCornea:
        """Fold a cornea."""
        packed = zlib.compress(pickle.dumps(cornea), level=1)
        return cls(cornea.iris, cornea.iris_width_sd_px, packed)

    def unfolded(self) -> Cornea:
        """Return the cornea."""
        cornea: Cornea = pickle.loads(zlib.decompress(self.packed))
        return cornea


def polygon_mask(polygon: FloatArray, shape: tuple[int, int]) -> BoolArray:
    """Return the (height, width) mask of a polygon (k, 2) of x, y; its border is inside."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], (1,))
    return mask.astype(bool)


def edge_points(lower_edge_px: FloatArray) -> tuple[tuple[float, float], ...]:
    """Return the lower edge as points (x, y) a few pixels apart, where it is known."""
    columns = np.arange(0, len(lower_edge_px), EDGE_STEP_PX)
    known = columns[np.isfinite(lower_edge_px[columns])]
    return tuple((float(x), round(float(lower_edge_px[x]), 2)) for x in known)


def edge_columns(points: tuple[tuple[float, float], ...], width: int) -> FloatArray:
    """Return the lower edge (width,) through the points of `edge_points`, NaN outside them."""
    edge = np.full(width, np.nan)
    if points:
        x, y = np.array(points).T
        columns = np.arange(width)
        inside = (columns >= x[0]) & (columns <= x[-1])
        edge[inside] = np.interp(columns[inside], x, y)
    return edge


def as_kept(cornea: Cornea) -> Cornea:
    """Return the cornea as it will be read back from results.

    What is measured when a video is analysed is then the same as what is measured again later
    from its results.
    """
    shape = cornea.region_mask.shape
    edge = edge_columns(edge_points(cornea.lower_edge_px), shape[1])
    if cornea.region is None:
        return replace(cornea, lower_edge_px=edge)
    region = np.round(cornea.region, 2)
    return replace(
        cornea,
        region=region,
        region_mask=polygon_mask(region, (shape[0], shape[1])),
        lower_edge_px=edge,
    )


def redrawn(cornea: Cornea, polygon: FloatArray) -> Cornea:
    """Return the cornea with the region that a person drew."""
    shape = cornea.region_mask.shape
    mask = polygon_mask(polygon, (shape[0], shape[1]))
    film = mask & (cornea.film_mask | ~cornea.region_mask)
    return replace(cornea, region=polygon, region_mask=mask, film_mask=film)
