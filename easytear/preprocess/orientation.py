"""Which way up the eye is, from which lid hides more of the limbus."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import Ellipse
from easytear.preprocess.limbus import ellipse_radius
from easytear.preprocess.polar import THETA, Polar

_HIDDEN = 0.25
"""Where a lid lies before the limbus so few rays at most show an edge, by chance; where film shines
up to it, which may be as bright as the white beyond, more do."""


def upside_down(polar: Polar, iris: Ellipse | None, pupil: Ellipse) -> bool | None:
    """Return whether the upper lid is below; None where that cannot be told.

    The upper lid covers a millimetre or two of the limbus, the lower one touches it.
    """
    if iris is None:
        return None
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
    near = np.stack([polar.at(polar.contrast, model * s) for s in (0.96, 1.0, 1.04)])
    with np.errstate(all="ignore"):
        contrast = np.max(np.nan_to_num(near, nan=-1.0), axis=0)
    usual = float(np.quantile(contrast, 0.9))
    seen = contrast > 0.35 * usual
    below = np.sin(THETA)
    lower = float(seen[(below > 0.35)].mean())
    upper = float(seen[(below < -0.35)].mean())
    if abs(lower - upper) < 0.4 or min(lower, upper) > _HIDDEN:
        return None
    return upper > lower
