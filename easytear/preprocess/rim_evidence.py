"""What the rays of a picture say for a limbus: the likelihood of an edge against that of clutter.

A limbus is weak where the iris is pale or film lies over it, and lashes, lids and lamps are strong
everywhere. What tells it is not its contrast but that ray after ray brightens at one ellipse, by
about the same, where these rays elsewhere show no more than their own clutter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.preprocess.polar import RAYS, THETA

SHOWN = np.where(np.abs(np.sin(THETA)) > 0.7, 0.4, 0.8)
"""Share of the rays in view that show the limbus where it is: to the sides nearly all, within 45
degrees of the vertical often a lid lies before it or just beside it."""

INDEPENDENT = 5.0
"""Clutter and iris texture of this many neighbouring rays err together (12 degrees)."""

_EVEN = 0.4
"""Spread of a limbus' contrast around one eye, as a share: light falls from one side."""

_NEAR_RAYS = 9
"""Clutter is told by each ray and so many on either side: lashes are above, film below."""

_STRENGTHS = 5


@dataclass(frozen=True)
class Rim:
    """What edges of a limbus are compared with in one picture.

    Attributes
    ----------
    clutter : (rays,) float array
        How much brightness usually changes along each ray and those beside it, in contrast.
    strengths : (k,) float array
        Contrasts that the limbus may have.
    """

    clutter: FloatArray
    strengths: FloatArray

    @classmethod
    def of(cls, contrast: FloatArray) -> Rim:
        """Return it for the (rays, samples) contrast of a `Polar`."""
        size = np.abs(contrast)
        usual = float(np.nanmedian(size))
        beside = np.arange(-_NEAR_RAYS, _NEAR_RAYS + 1)
        near = [size[(beside + k) % RAYS] for k in range(RAYS)]
        known = [values[np.isfinite(values)] for values in near]
        middle = np.array([np.median(v) if v.size > 20 else usual for v in known])
        clutter = np.maximum(1.48 * np.maximum(middle, 0.5 * usual), 1e-3)
        low = 1.5 * float(np.median(clutter))
        high = max(float(np.nanquantile(contrast, 0.995)), 1.5 * low)
        return cls(clutter, np.geomspace(low, high, _STRENGTHS))

    def evidence(
        self, steps: FloatArray, shown: FloatArray = SHOWN
    ) -> tuple[FloatArray, FloatArray]:
        """Return how much likelier steps are on a limbus than elsewhere, and its contrast.

        Parameters
        ----------
        steps : (..., rays) float array
            Contrast of each ray where a limbus is supposed; NaN where it is not looked at.
        shown : (rays,) float array
            Share of the rays in view that show a limbus.

        Returns
        -------
        evidence : (...) float array
            Logarithm of the ratio of the likelihoods.
        contrast : (...) float array
            The likeliest of `strengths`.
        """
        seen = np.isfinite(steps)
        values = np.where(seen, steps, 0.0)
        # Clutter has wide tails: a lid's edge is a step that no even noise would make.
        off = 1.0 / (np.pi * self.clutter * (1.0 + (values / self.clutter) ** 2))
        best: FloatArray = np.full(steps.shape[:-1], -np.inf)
        contrast: FloatArray = np.zeros(steps.shape[:-1])
        for strength in self.strengths:
            spread = np.hypot(_EVEN * strength, self.clutter)
            on = np.exp(-0.5 * ((values - strength) / spread) ** 2) / (2.507 * spread)
            likelier = np.where(seen, np.log(1.0 - shown + shown * on / off), 0.0)
            total = likelier.sum(axis=-1) / INDEPENDENT
            contrast = np.where(total > best, strength, contrast)
            best = np.maximum(best, total)
        return best, contrast
