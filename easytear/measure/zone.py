"""What a law is fitted to: the rows of a zone, and what is known of the onset from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.bootstrap import Target
from easytear.measure.samples import Samples


@dataclass(frozen=True)
class Onset:
    """An onset known from elsewhere.

    Attributes
    ----------
    onset_s : float
        Best value.
    draws_s : (b,) array or None
        Draws of its error about that value.
    """

    onset_s: float
    draws_s: FloatArray | None = None


@dataclass(frozen=True)
class Zone:
    """The rows of one zone.

    Attributes
    ----------
    samples : Samples
        All frames of the interval.
    target : Target or None
        The zone in the amplitude field, from which rho is read; None: from the rows themselves.
    trust : (t,) array or None
        Chance that a row follows the film.
    """

    samples: Samples
    target: Target | None = None
    trust: FloatArray | None = None

    def useful(self) -> Zone:
        """Return the zone without rows that were seen in fewer than three frames."""
        return self.rows((self.samples.weight > 0).sum(axis=1) >= 3)

    def frames(self, chosen: NDArray[np.int_] | BoolArray) -> Zone:
        """Return some of the frames."""
        target = None if self.target is None else self.target.frames(chosen)
        return replace(self, samples=self.samples.frames(chosen), target=target)

    def rows(self, chosen: BoolArray) -> Zone:
        """Return some of the rows."""
        trust = None if self.trust is None else self.trust[chosen]
        return replace(self, samples=self.samples.rows(chosen), trust=trust)
