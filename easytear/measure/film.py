"""Everything about the spread of one interval: zones, laws, motion over time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.measure.area import filled_front
from easytear.measure.families import Comparison
from easytear.measure.headline import Headline, band_zone, find_headline
from easytear.measure.motion import aligned, local_velocity, shared_motion
from easytear.measure.record import fit_record
from easytear.measure.rise import law_free
from easytear.measure.samples import Samples, front_samples, looked_at, track_samples
from easytear.measure.spread import Law, fit_law
from easytear.measure.zone import Onset, Zone
from easytear.measure.zones import central_columns, onset_heights
from easytear.request.scale import MEAN_HVID_MM
from easytear.request.settings.measure import QualitySettings, SpreadSettings
from easytear.results.model import Band, Fit, Spread
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks

MOST_ROWS_FOR_ORIGINS = 250
MOST_BANDS = 40


@dataclass(frozen=True)
class FilmSpread:
    """What the tracks and the front of one interval say.

    Attributes
    ----------
    spread : Spread
        For summary.json.
    headline, front_law : Law or None
        The laws behind `spread.y` and `spread.front`.
    onset_s : float or None
        When the spread starts, from the headline, else from the front, else from all film.
    displacement_x_mm, displacement_y_mm, velocity_x_mm_s, velocity_y_mm_s : (n,) arrays
        Mean motion in the headline zone; y up; NaN where unknown.
    front_height_mm, front_velocity_mm_s : (n,) arrays
        Mean height of the front over its height at onset; NaN where unknown.
    front_y_px : (n, c) array
        The front with lost columns carried by the mean motion (for the area).
    zone : (t,) bool array
        Which tracks (in rising order of their number) make the headline.
    visible_mm : float or None
        Height of the picture above the lower border of the exposed cornea.
    flags : tuple of str
        Stable short words of `easytear.show.flags`.
    limits : dict of str to float
        Relative standard deviations by what they come from, named by their flags.
    """

    spread: Spread
    headline: Law | None
    front_law: Law | None
    onset_s: float | None
    displacement_x_mm: FloatArray
    displacement_y_mm: FloatArray
    velocity_x_mm_s: FloatArray
    velocity_y_mm_s: FloatArray
    front_height_mm: FloatArray
    front_velocity_mm_s: FloatArray
    front_y_px: FloatArray
    zone: BoolArray
    visible_mm: float | None
    flags: tuple[str, ...]
    limits: dict[str, float] = field(default_factory=dict)


def measure_film(
    time_s: FloatArray,
    tracks: FilmTracks,
    front: FilmFront,
    lower_edge_px: FloatArray,
    mm_per_px: float | None,
    settings: SpreadSettings,
    quality: QualitySettings,
    iris: Ellipse | None = None,
) -> FilmSpread:
    """Measure the spread of one interval.

    Parameters
    ----------
    time_s : (n,) array
        Frame times of the interval, video time.
    tracks, front : FilmTracks, FilmFront
        Observations in eye coordinates; few tracks at every tenth frame will do.
    lower_edge_px : (width,) array
        Lower border of the exposed cornea by image column, NaN where unknown.
    mm_per_px : float or None
        Scale. Without one, times are measured and lengths stay unknown; only the widths of the
        zones then rest on the mean iris filling the picture's width.
    settings, quality : SpreadSettings, QualitySettings
        How to fit, and when a fit counts.
    iris : Ellipse, optional
        The cornea's outline in eye coordinates: the headline is that of its central part.

    Notes
    -----
    The matrices are small: several BLAS threads would only wait for each other.
    """
    with threadpool_limits(1, user_api="blas"):
        return _measure(time_s, tracks, front, lower_edge_px, mm_per_px, settings, quality, iris)


def _measure(
    time_s: FloatArray,
    tracks: FilmTracks,
    front: FilmFront,
    lower_edge_px: FloatArray,
    mm_per_px: float | None,
    settings: SpreadSettings,
    quality: QualitySettings,
    iris: Ellipse | None,
) -> FilmSpread:
    scale = mm_per_px or MEAN_HVID_MM / max(len(lower_edge_px), 1)
    looked = looked_at(tracks, len(time_s))
    up, side = track_samples(time_s, tracks, scale, looked)
    edge = front_samples(time_s, front, scale)
    lid_mm = _lid_height(up.place_mm / scale, lower_edge_px) * scale
    visible_mm = _visible_height(lower_edge_px, scale)
    central = edge.rows(central_columns(time_s, front, iris))
    edge_lid_mm = _lid_height(central.place_mm / scale, lower_edge_px) * scale
    laws = _laws(up, side, central, (lid_mm, edge_lid_mm), settings)
    known_scale = 1.0 if mm_per_px is not None else np.nan
    rise = _zone_rise(up, laws.found.zone, laws.found.law)
    shift = _zone_shift(side, laws.found.zone, laws.found.law, laws.sideways, time_s)
    dx, dy = (_on_frames(v * known_scale, looked, len(time_s)) for v in (shift, rise))
    height, share = _front_rise(edge, laws.front)
    told = laws.found.law or laws.front or laws.everywhere
    return FilmSpread(
        spread=_records(laws, quality, mm_per_px is not None, visible_mm),
        headline=laws.found.law,
        front_law=laws.front,
        onset_s=told.fit.onset_s if told else None,
        displacement_x_mm=dx,
        displacement_y_mm=dy,
        velocity_x_mm_s=local_velocity(time_s, dx),
        velocity_y_mm_s=local_velocity(time_s, dy),
        front_height_mm=height * known_scale,
        front_velocity_mm_s=local_velocity(time_s, height * known_scale),
        front_y_px=filled_front(front.y_px, height / scale, share),
        zone=laws.found.zone,
        visible_mm=visible_mm,
        flags=laws.flags(),
        limits={} if laws.found.shared is None else laws.found.shared.limits,
    )


@dataclass(frozen=True)
class _Laws:
    """The laws of one interval: of all film, of the headline zone, of bands, front, sideways."""

    everywhere: Law | None
    found: Headline
    bands: list[tuple[float, float, Law | None]]
    front: Law | None
    sideways: Law | None

    @property
    def compared(self) -> Comparison | None:
        """Which law suits the headline's rise best."""
        return self.found.compared

    def flags(self) -> tuple[str, ...]:
        """Return the headline's flags, or that the tracks show no spread."""
        if self.everywhere is not None:
            return self.found.flags
        return ("no_film",) if self.front is None else ("headline_zone_empty",)


def _laws(
    up: Samples,
    side: Samples,
    edge: Samples,
    lids_mm: tuple[FloatArray, FloatArray],
    settings: SpreadSettings,
) -> _Laws:
    rng = np.random.default_rng(settings.seed)
    everywhere = fit_law(Zone(_thinned(up)), settings)
    if everywhere is None:
        nothing = Headline(None, np.zeros(len(up), dtype=bool), None)
        return _Laws(None, nothing, [], fit_law(Zone(edge), settings, rng=rng), None)
    found = find_headline(up, edge, lids_mm[1], everywhere, settings, rng)
    onset = _shared_onset(found.law, everywhere)
    front = fit_law(Zone(edge), settings, onset=onset, rng=rng)
    bands = []
    if found.where is not None:
        above_mm = found.where.height_mm - lids_mm[0]
        bands = _bands(up, above_mm, found.law or everywhere, settings, onset, rng)
    sideways = fit_law(Zone(side), settings, upward=False, onset=onset, rng=rng)
    return _Laws(everywhere, found, bands, front, sideways)


def _records(
    laws: _Laws, quality: QualitySettings, scale_known: bool, visible_mm: float | None
) -> Spread:
    def record(law: Law | None) -> Fit | None:
        return fit_record(law, quality, scale_known=scale_known, visible_mm=visible_mm)

    bands = (Band(from_mm=a, to_mm=b, fit=record(law)) for a, b, law in laws.bands)
    shared = laws.found.shared
    return Spread(
        y=fit_record(
            laws.found.law,
            quality,
            scale_known=scale_known,
            visible_mm=visible_mm,
            compared=laws.compared,
        ),
        bands=tuple(bands),
        x=record(laws.sideways),
        front=record(laws.front),
        rise=None if shared is None else law_free(shared, scale_known=scale_known),
    )


def _shared_onset(headline: Law | None, everywhere: Law | None) -> Onset | None:
    """Return the onset that the best law knows, for rows that were first seen after it."""
    for law in (headline, everywhere):
        if law is not None and law.onset_known:
            error = None if law.draws is None else law.draws.onset_s - law.fit.onset_s
            return Onset(law.fit.onset_s, error)
    return None


def _thinned(samples: Samples) -> Samples:
    step = max(len(samples) // MOST_ROWS_FOR_ORIGINS, 1)
    return samples.rows(np.arange(0, len(samples), step)) if step > 1 else samples


def _lid_height(x_px: FloatArray, lower_edge_px: FloatArray) -> FloatArray:
    """Return the height (y up, px) of the lower border at columns; 0 where none is known."""
    known = np.flatnonzero(np.isfinite(lower_edge_px))
    if len(known) == 0:
        return np.zeros(len(x_px))
    level: FloatArray = -np.interp(x_px, known, lower_edge_px[known])
    return level


def _visible_height(lower_edge_px: FloatArray, scale: float) -> float | None:
    known = np.isfinite(lower_edge_px)
    return float(np.median(lower_edge_px[known])) * scale if known.any() else None


def _bands(
    up: Samples,
    above_mm: FloatArray,
    law: Law,
    settings: SpreadSettings,
    onset: Onset | None,
    rng: np.random.Generator,
) -> list[tuple[float, float, Law | None]]:
    """Fit every band of heights above the lid at onset that holds enough tracks."""
    out: list[tuple[float, float, Law | None]] = []
    if not np.isfinite(above_mm).any():
        return out
    for number in range(max(int(np.nanmin(above_mm) // settings.band_mm), 0), MOST_BANDS):
        low, high = number * settings.band_mm, (number + 1) * settings.band_mm
        zone, rows = band_zone(up, above_mm, low, high, law, settings)
        if rows.sum() >= settings.min_band_tracks:
            out.append((low, high, fit_law(zone, settings, onset=onset, rng=rng)))
    return out


def _law_curve(law: Law, time_s: FloatArray) -> FloatArray:
    drift = law.fit.drift_mm_s * np.maximum(time_s - law.fit.onset_s, 0.0)
    curve: FloatArray = law.rho_mm * law.fit.curve(time_s) + drift
    return curve


def _zone_rise(up: Samples, zone: BoolArray, law: Law | None) -> FloatArray:
    """Return the mean rise of the headline zone over time since the interval's first frame."""
    if law is None:
        return np.full(len(up.time_s), np.nan)
    rows = up.rows(zone)
    motion = shared_motion(rows, _shares(rows, law))
    return aligned(motion, _law_curve(law, up.time_s), up.time_s)


def _shares(rows: Samples, law: Law) -> FloatArray:
    """Return each row's share in the mean motion; 1 where its own life cannot tell."""
    _, amplitude = onset_heights(rows, law)
    share = amplitude / law.rho_mm
    known = np.isfinite(share) & (share > 0.5) & (share < 2.0)
    return np.where(known, share, 1.0)


def _on_frames(values: FloatArray, frames: NDArray[np.int_], count: int) -> FloatArray:
    """Return values (k,) at some frames among all (count,), NaN at the others."""
    out = np.full(count, np.nan)
    out[frames] = values
    return out


def _zone_shift(
    side: Samples, zone: BoolArray, law: Law | None, sideways: Law | None, time_s: FloatArray
) -> FloatArray:
    """Return the mean shift of the headline zone to the right since the first frame.

    `time_s` (n,) are the times of all frames, also of those that the samples leave out.
    """
    nothing = np.full(len(side.time_s), np.nan)
    if law is None:
        return nothing
    motion = shared_motion(side.rows(zone))
    if sideways is not None:
        return aligned(motion, _law_curve(sideways, side.time_s), side.time_s)
    known = np.flatnonzero(np.isfinite(motion))
    frame = float(np.median(np.diff(time_s)))
    if len(known) == 0 or side.time_s[known[0]] > law.fit.onset_s + 1.01 * frame:
        return nothing
    shifted: FloatArray = motion - motion[known[0]]
    return shifted


def _front_rise(edge: Samples, law: Law | None) -> tuple[FloatArray, FloatArray | None]:
    """Return the front's mean height over onset, and each column's share in its motion."""
    if law is None:
        return np.full(len(edge.time_s), np.nan), None
    share = _shares(edge, law)
    motion = shared_motion(edge, share)
    return aligned(motion, _law_curve(law, edge.time_s), edge.time_s), share
