"""The headline zone: the material just below the front at onset, and its law.

Which tracks lie in the zone depends on where the front was at onset, where the front was depends on
how far the film rises, and that on the law: each is found from the other in a few rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.geometry import BoolArray, FloatArray
from easytear.measure.bootstrap import Target
from easytear.measure.field import Amplitudes, Field, fit_field, make_field
from easytear.measure.samples import Samples
from easytear.measure.spread import Law, Onset, Zone, fit_law
from easytear.measure.zones import depths, front_at_onset, in_zone, onset_heights
from easytear.settings.measure import SpreadSettings

ROUNDS = 3
DEPTHS = 6


@dataclass(frozen=True)
class Origins:
    """Where the film was at onset, and how far each height of it rises.

    Attributes
    ----------
    height_mm : (t,) array
        Height of every row above the lid at onset; NaN where it cannot be told.
    depth_mm : (t,) array
        Depth below the front of its column; NaN where unknown.
    front_mm, front_sd_mm : (c,) arrays
        Height of the front above the lid at onset; NaN where unknown.
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
class Lid:
    """Height (y up, mm) of the lower border of the exposed cornea under tracks and front."""

    tracks_mm: FloatArray
    front_mm: FloatArray


def find_origins(
    up: Samples, edge: Samples, lid: Lid, law: Law, settings: SpreadSettings
) -> Origins | None:
    """Return where the film was at onset under a law; None where no row tells."""
    raw, _ = onset_heights(up, law)
    height = raw - lid.tracks_mm
    field = make_field(up, height)
    if field is None:
        return None
    found = fit_field(field, law.fit, settings.early_born_lambdas)
    if found is None:
        return None

    def film(at_mm: FloatArray, place_mm: FloatArray) -> FloatArray:
        amplitude: FloatArray = field.basis(at_mm, place_mm) @ found.coefficient
        return np.maximum(amplitude, 0.0)

    front, sd = front_at_onset(edge, law, film, lid.front_mm)
    depth = depths(height, up.place_mm, front, edge.place_mm)
    return Origins(height, depth, front, sd, field, _everywhere(up, height, found, field))


def _everywhere(up: Samples, height: FloatArray, found: Amplitudes, field: Field) -> FloatArray:
    """Return the chances for all rows; rows that the field left out follow the film unproven."""
    chance = np.full(len(up), 0.5)
    rows = np.flatnonzero(np.isfinite(height) & ((up.weight > 0).sum(axis=1) >= 3))
    assert len(rows) == len(field.samples)
    chance[rows] = found.chance
    return chance


def zone_below_front(
    up: Samples, edge: Samples, where: Origins, depth_mm: float, shift_mm: float = 0.0
) -> tuple[Zone, BoolArray]:
    """Return the headline zone, moved down by a shift, and which rows it holds.

    Lambda is told by the rows that lie in the zone and follow the film, rho by the mean of the
    amplitude field over the zone, every column of the front and every depth alike.
    """
    rows = in_zone(where.depth_mm, depth_mm, shift_mm)
    known = np.isfinite(where.front_mm)
    depth = shift_mm + (np.arange(DEPTHS) + 0.5) / DEPTHS * depth_mm
    height = (where.front_mm[known][:, None] - depth[None, :]).ravel()
    place = np.repeat(edge.place_mm[known], DEPTHS)
    basis = where.field.basis(height, place)[height > 0]
    target = Target(where.field, basis.mean(axis=0)) if len(basis) else None
    return Zone(up.rows(rows), target, where.chance[rows]), rows


def band_zone(up: Samples, where: Origins, low_mm: float, high_mm: float) -> tuple[Zone, BoolArray]:
    """Return the zone of a band of heights at onset, and which rows it holds."""
    with np.errstate(invalid="ignore"):
        rows: BoolArray = (where.height_mm >= low_mm) & (where.height_mm < high_mm)
    inside = np.isfinite(where.height_mm)
    top = min(high_mm, float(np.quantile(where.height_mm[inside], 0.98)))
    height = low_mm + (np.arange(DEPTHS) + 0.5) / DEPTHS * max(top - low_mm, 0.0)
    basis = where.field.basis(height, np.full(DEPTHS, where.field.middle_mm))
    return Zone(up.rows(rows), Target(where.field, basis.mean(axis=0)), where.chance[rows]), rows


@dataclass(frozen=True)
class Headline:
    """The headline law, which rows it rests on, where the film was, and flags."""

    law: Law | None
    zone: BoolArray
    where: Origins | None
    flags: tuple[str, ...] = ()


def find_headline(
    up: Samples,
    edge: Samples,
    lid: Lid,
    everywhere: Law,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> Headline:
    """Find the headline zone and fit its law.

    Parameters
    ----------
    up, edge : Samples
        Heights of the tracks and of the front.
    lid : Lid
        Heights of the lid below both.
    everywhere : Law
        The law of all film, to start from.
    settings : SpreadSettings
        Depth of the zone and how to fit.
    rng : numpy.random.Generator
        Source of chance.
    """
    nothing = np.zeros(len(up), dtype=bool)
    where = find_origins(up, edge, lid, everywhere, settings)
    if settings.headline_zone == "all_film":
        chance = None if where is None else where.chance
        law = fit_law(Zone(up, None, chance), settings, rng=rng)
        return Headline(law, ~nothing, where)
    if where is None or not np.isfinite(where.depth_mm).any():
        return Headline(None, nothing, where, ("headline_zone_unknown",))
    onset = Onset(everywhere.fit.onset_s) if everywhere.onset_known else None
    for _ in range(ROUNDS - 1):
        zone, _ = zone_below_front(up, edge, where, settings.zone_depth_mm)
        law = fit_law(zone, settings, onset=onset)
        again = None if law is None else find_origins(up, edge, lid, law, settings)
        if again is None:
            return Headline(None, nothing, where, ("headline_zone_empty",))
        where = again
    zone, rows = zone_below_front(up, edge, where, settings.zone_depth_mm)
    sd = float(np.nanmedian(where.front_sd_mm))
    moved = [
        zone_below_front(up, edge, where, settings.zone_depth_mm, shift)[0] for shift in (-sd, sd)
    ]
    law = fit_law(zone, settings, onset=onset, alternatives=moved, rng=rng)
    return Headline(law, rows, where, () if law else ("headline_zone_empty",))
