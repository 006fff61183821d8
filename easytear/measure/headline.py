"""The headline zone: the material just below the front at onset, and its law.

Which tracks lie in the zone depends on where the front was at onset, where the front was depends on
how far the film rises, and that on the law: each is found from the other in a few rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.bootstrap import Target
from easytear.measure.families import Comparison, compare_laws
from easytear.measure.field import FLAT, Amplitudes, Arch, Field, fit_arch, fit_field, make_field
from easytear.measure.joint_records import Origins
from easytear.measure.samples import Samples
from easytear.measure.shared import Shared, shared_law
from easytear.measure.spread import Law, fit_law
from easytear.measure.zone import Onset, Zone
from easytear.measure.zones import (
    DEPTHS,
    across_gaps,
    depths,
    front_at_onset,
    in_zone,
    onset_heights,
)
from easytear.request.settings.measure import SpreadSettings

ROUNDS = 3
ONSET_MATTERS = 0.05
"""An onset known worse than this share of lambda alone makes rho uncertain by ten per cent."""
MARGIN_MM = 0.5


def find_origins(
    up: Samples, edge: Samples, law: Law, settings: SpreadSettings, front_mm: FloatArray
) -> Origins | None:
    """Return where the film was at onset under a law; None where no row tells.

    `front_mm` (c,) is what is known beforehand of the front's heights: their arch is the field's.
    """
    height, _ = onset_heights(up, law)
    arch = fit_arch(edge.place_mm, front_mm)
    fitted = _field(up, _under_front(height, edge), law, settings, arch)
    if fitted is None:
        return None
    field, found, chance = fitted

    def film(at_mm: FloatArray, place_mm: FloatArray) -> FloatArray:
        amplitude: FloatArray = field.basis(at_mm, place_mm) @ found.coefficient
        return np.maximum(amplitude, 0.0)

    front, sd = front_at_onset(edge, law, film)
    depth = depths(height, up.place_mm, front, edge.place_mm)
    return Origins(height, depth, front, sd, field, chance)


def _field(
    up: Samples, height: FloatArray, law: Law, settings: SpreadSettings, arch: Arch = FLAT
) -> tuple[Field, Amplitudes, FloatArray] | None:
    """Return the amplitude field of rows at known heights, as fitted, and all rows' chances."""
    made = make_field(up, height, arch)
    if made is None:
        return None
    field, chosen = made
    found = fit_field(field, law.fit, settings.early_born_lambdas)
    if found is None:
        return None
    return field, found, _chances(len(up), chosen, found)


def _chances(count: int, chosen: NDArray[np.int_], found: Amplitudes) -> FloatArray:
    """Return the chances for all rows; rows that the field left out follow the film unproven."""
    chance = np.full(count, 0.5)
    chance[chosen] = found.chance
    return chance


def _under_front(height: FloatArray, edge: Samples) -> FloatArray:
    """Return heights at onset, NaN for material above everything that the front ever was at first.

    The front only rises: at onset it lay below where it was first seen.
    """
    first = lowest_seen(edge)
    if not np.isfinite(first).any():
        return height
    top = float(np.nanmax(first))
    with np.errstate(invalid="ignore"):
        return np.where(height <= top + MARGIN_MM, height, np.nan)


def lowest_seen(edge: Samples) -> FloatArray:
    """Return the lowest height (c,) at which each column of the front was seen; NaN where none."""
    lowest = np.where(edge.weight > 0, edge.value, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(lowest), lowest, np.nan)


def zone_below_front(
    up: Samples,
    edge: Samples,
    where: Origins,
    depth_mm: float,
    shift_mm: float = 0.0,
) -> tuple[Zone, BoolArray]:
    """Return the headline zone, moved down by a shift, and which rows it holds.

    Lambda is told by the rows that lie in the zone and follow the film, rho by the mean of the
    amplitude field over the zone, every column of the front and every depth alike.
    """
    rows = in_zone(where.depth_mm, depth_mm, shift_mm)
    across, front = across_gaps(edge.place_mm, where.front_mm)
    depth = shift_mm + (np.arange(DEPTHS) + 0.5) / DEPTHS * depth_mm
    height = (front[:, None] - depth[None, :]).ravel()
    place = np.repeat(across, DEPTHS)
    basis = where.field.basis(height, place)
    target = Target(where.field, basis.mean(axis=0)) if len(basis) else None
    return Zone(up.rows(rows), target, where.chance[rows]), rows


def band_zone(
    up: Samples,
    above_mm: FloatArray,
    low_mm: float,
    high_mm: float,
    law: Law,
    settings: SpreadSettings,
) -> tuple[Zone, BoolArray]:
    """Return the zone of a band of heights above the lid at onset, and which rows it holds."""
    with np.errstate(invalid="ignore"):
        rows: BoolArray = (above_mm >= low_mm) & (above_mm < high_mm)
        near = (above_mm >= low_mm - MARGIN_MM) & (above_mm < high_mm + MARGIN_MM)
    fitted = _field(up, np.where(near, above_mm, np.nan), law, settings) if rows.any() else None
    if fitted is None:
        return Zone(up.rows(rows)), rows
    field, _, chance = fitted
    reach = np.quantile(above_mm[rows], (0.02, 0.98))
    height = reach[0] + (np.arange(DEPTHS) + 0.5) / DEPTHS * (reach[1] - reach[0])
    place = np.repeat(up.place_mm[rows], DEPTHS)
    basis = field.basis(np.tile(height, int(rows.sum())), place)
    return Zone(up.rows(rows), Target(field, basis.mean(axis=0)), chance[rows]), rows


@dataclass(frozen=True)
class Headline:
    """The headline law, which rows it rests on, where the film was, and flags."""

    law: Law | None
    zone: BoolArray
    where: Origins | None
    flags: tuple[str, ...] = ()
    shared: Shared | None = None
    compared: Comparison | None = None


def find_headline(
    up: Samples,
    edge: Samples,
    lid_mm: FloatArray,
    everywhere: Law,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> Headline:
    """Find the headline zone and fit its law.

    Parameters
    ----------
    up, edge : Samples
        Heights of the tracks and of the front.
    lid_mm : (c,) array
        Height of the exposed cornea's lower border at the front's columns.
    everywhere : Law
        The law of all film, to start from.
    settings : SpreadSettings
        Depth of the zone and how to fit.
    rng : numpy.random.Generator
        Source of chance.
    """
    nothing = np.zeros(len(up), dtype=bool)
    where = find_origins(up, edge, everywhere, settings, lowest_seen(edge))
    if settings.headline_zone == "all_film":
        chance = None if where is None else where.chance
        law = fit_law(Zone(up, None, chance), settings, rng=rng)
        return Headline(law, ~nothing, where)
    if where is None or not np.isfinite(where.depth_mm).any():
        seen = bool((edge.weight > 0).any())
        flag = "headline_zone_empty" if seen else "headline_zone_unknown"
        return Headline(None, nothing, where, (flag,))
    onset = Onset(everywhere.fit.onset_s) if everywhere.onset_known else None
    settled = _settled(up, edge, where, onset, settings)
    if settled is None:
        return Headline(None, nothing, where, ("headline_zone_empty",))
    deep, sd = settings.zone_depth_mm, float(np.nanmedian(settled.front_sd_mm))
    zone, rows = zone_below_front(up, edge, settled, deep)
    start = fit_law(zone, settings, onset=onset)
    if start is None:
        return Headline(None, rows, settled, ("headline_zone_empty",))
    shared = shared_law(up, edge, lid_mm, settled, start, settings, rng)
    if shared is not None:
        compared = compare_laws(shared.time_s, shared.rise_mm, shared.law.fit.onset_s)
        flags = ("law_misfit",) if compared and compared.exponential_fails else ()
        if shared.onset_sd_s > ONSET_MATTERS * shared.law.fit.lambda_s:
            flags = (*flags, "onset_extrapolated")
        return Headline(shared.law, shared.zone, settled, flags, shared, compared)
    moved = [zone_below_front(up, edge, settled, deep, shift)[0] for shift in (-sd, sd)]
    law = fit_law(zone, settings, onset=onset, alternatives=moved, rng=rng)
    return Headline(law, rows, settled, () if law else ("headline_zone_empty",))


def _settled(
    up: Samples, edge: Samples, where: Origins, onset: Onset | None, settings: SpreadSettings
) -> Origins | None:
    """Return where the film was once zone, law and front agree; None where the zone has no law."""
    for _ in range(ROUNDS - 1):
        zone, _ = zone_below_front(up, edge, where, settings.zone_depth_mm)
        law = fit_law(zone, settings, onset=onset)
        again = None if law is None else find_origins(up, edge, law, settings, where.front_mm)
        if again is None:
            return None
        where = again
    return where
