"""The lower lid's margin where it hides the limbus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.limbus import ellipse_radius
from easytear.preprocess.polar import RAYS, THETA, polar_of


def lid_margin(
    grey: NDArray[np.float32], pupil: Ellipse, iris: Ellipse, valid: BoolArray | None = None
) -> FloatArray | None:
    """Return points (k, 2) of the lower lid's margin where it hides the limbus; None where not.

    On rays downwards the brightening that ends the iris lies at the limbus, or further in where
    a lid is in front of it. Skin is darker than the white of the eye, so its edge is the weaker
    one; a lid is told from film and lash images by being in one piece where no limbus shows.
    """
    polar = polar_of([grey], [pupil], valid)
    params = np.array(
        [
            iris.x_px - pupil.x_px,
            iris.y_px - pupil.y_px,
            iris.rx_px,
            iris.rx_px / iris.ry_px,
            np.deg2rad(iris.angle_deg),
        ]
    )
    model = ellipse_radius(params)
    limbus = np.nan_to_num(polar.at(polar.step, model), nan=0.0)
    usual = float(np.quantile(limbus, 0.9))
    share = polar.radius_px[None, :] / model[:, None]
    inside = np.where((share > 0.75) & (share < 1.03), polar.step, np.nan)
    inside = np.nan_to_num(inside, nan=-np.inf)
    best = np.argmax(inside, axis=1)
    rows = np.arange(RAYS)
    hidden = (np.sin(THETA) > 0.3) & (share[rows, best] < 0.97)
    hidden &= (inside[rows, best] > 0.2 * usual) & (limbus < 0.2 * usual)
    radius = np.where(hidden, polar.radius_px[best], np.nan)
    run = _longest_run(hidden & (np.abs(np.gradient(polar.radius_px[best])) < 0.03 * iris.rx_px))
    if len(run) < 12:
        return None
    return np.column_stack(
        [
            pupil.x_px + radius[run] * np.cos(THETA[run]),
            pupil.y_px + radius[run] * np.sin(THETA[run]),
        ]
    )


def _longest_run(flags: BoolArray) -> NDArray[np.intp]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    if not len(edges):
        return np.zeros(0, np.intp)
    longest = int(np.argmax(edges[1::2] - edges[::2]))
    return np.arange(edges[2 * longest], edges[2 * longest + 1])
