"""What the search for the shared motion knows: its rows, what stays fixed, what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.field import Arch, Field
from easytear.measure.law import growth
from easytear.measure.nearest import Nearest
from easytear.measure.samples import Samples


@dataclass(frozen=True)
class Origins:
    """Where the film was at onset, and how far each height of it rises.

    Attributes
    ----------
    height_mm : (t,) array
        Height (y up) of every row at onset; NaN where it cannot be told.
    depth_mm : (t,) array
        Depth below the front of its column; NaN where unknown.
    front_mm, front_sd_mm : (c,) arrays
        Height (y up) of the front at onset; NaN where unknown.
    field : Field
        The amplitude field's form and rows.
    chance : (t,) array
        Probability that each row follows the film.
    """

    height_mm: FloatArray
    depth_mm: FloatArray
    front_mm: FloatArray
    front_sd_mm: FloatArray
    field: Field
    chance: FloatArray


@dataclass(frozen=True)
class Rows:
    """Tracks and front columns, on the frames of the fit.

    Attributes
    ----------
    samples : Samples
        Tracks first, then the front's columns.
    is_front : (t,) bool array
        Which rows are the front's.
    honest : (t,) array
        What a row counts: 1 for a track, less for columns that err alike.
    prior : (t,) array
        Chance beforehand that a row follows the film.
    column : (t,) int array
        For the front's rows, their column in the front; -1 for tracks.
    """

    samples: Samples
    is_front: BoolArray
    honest: FloatArray
    prior: FloatArray
    column: FloatArray

    def chosen(self, rows: BoolArray) -> Rows:
        """Return some of the rows."""
        return Rows(
            self.samples.rows(rows),
            self.is_front[rows],
            self.honest[rows],
            self.prior[rows],
            self.column[rows],
        )


@dataclass(frozen=True)
class Frame:
    """What stays fixed while the motion is sought.

    Attributes
    ----------
    time_s : (n,) array
        Frames of the fit.
    place_mm, lid_mm : (c,) arrays
        Places of the front's columns; height (y up) of the lower border there.
    arch : Arch
        The line that film of equal speed follows.
    depth_mm : float
        The zone reaches from the front down to here.
    start_s, latest_s : float
        Bounds of the onset: start of the interval, latest delay.
    log_lambda : (h,) array
        Time constants tried.
    drift : str
        "auto", "on", "off".
    """

    time_s: FloatArray
    place_mm: FloatArray
    lid_mm: FloatArray
    arch: Arch
    depth_mm: float
    start_s: float
    latest_s: float
    log_lambda: FloatArray
    drift: str


@dataclass(frozen=True)
class Motion:
    """The shared motion as found.

    Attributes
    ----------
    rise_mm : (n,) array
        g: rise of the zone since onset, mm, on the rows' frames; no law in it where `known`.
    known : (n,) bool array
        Frames in which at least two rows tell g.
    nearest : Nearest
        The exponential nearest to g, with the onset.
    slope : float
        Change of log lambda per mm downwards.
    height_mm, depth_mm, share, own, chance : (t,) arrays
        Height and depth at onset; the field (1 for the zone's mean); own amplitude in the same
        unit; chance that the row follows the film.
    front_mm : (c,) array
        Height of the front at onset.
    noise : float
        Residual variance in units of the samples' variance.
    scatter : float
        Relative scatter of amplitudes about the field.
    following : float
        Share of rows that follow the film.
    """

    rise_mm: FloatArray
    known: BoolArray
    nearest: Nearest
    slope: float
    height_mm: FloatArray
    depth_mm: FloatArray
    share: FloatArray
    own: FloatArray
    chance: FloatArray
    front_mm: FloatArray
    noise: float
    scatter: float = 0.08
    following: float = 0.6

    def chosen(self, rows: BoolArray) -> Motion:
        """Return the motion with some of the rows."""
        parts = ("height_mm", "depth_mm", "share", "own", "chance")
        return replace(self, **{name: getattr(self, name)[rows] for name in parts})


def below_zone(rows: Rows, frame: Frame, motion: Motion) -> FloatArray:
    """Return how far (t,) rows lie below the zone's mean height, over the arch, mm.

    Time constants change with height over the lid, not with depth below a front that has fingers.
    """
    front = motion.front_mm - frame.arch.height_mm(frame.place_mm)
    middle = float(np.nanmean(front)) - 0.5 * frame.depth_mm
    over = motion.height_mm - frame.arch.height_mm(rows.samples.place_mm)
    below: FloatArray = np.nan_to_num(middle - over)
    return below


def shape_correction(rows: Rows, frame: Frame, motion: Motion) -> FloatArray:
    """Return (t, n) by how much each row's rise, per share, differs from g as its lambda does."""
    t, law = rows.samples.time_s, motion.nearest
    away = np.clip(motion.slope * below_zone(rows, frame, motion), -0.5, 0.5)
    lam = law.lambda_s * np.exp(away)[:, None]
    own = growth(t[None, :], np.asarray(law.onset_s), lam)
    out: FloatArray = law.rho_mm * (own - law.curve(t)[None, :])
    return out


def closeness(motion: Motion, frame: Frame, reach_mm: float) -> FloatArray:
    """Return the bell (t,) about the zone's middle by which rows count."""
    away = (motion.depth_mm - 0.5 * frame.depth_mm) / reach_mm
    bell: FloatArray = np.where(np.isfinite(away), np.exp(-0.5 * np.nan_to_num(away) ** 2), 0.0)
    return bell
