"""Film thickness from the colours of its moving texture.

Most of the light in the picture comes from the iris, and nobody knows how much: absolute colours
do not tell thickness. But the iris stands still and the film moves. In the difference of two
stabilised pictures the still light is gone, and what is left are the film's own changes of
colour as thicker and thinner film passes by. Which way colours change together depends on the
thickness alone: thin film brightens all channels, at 80 to 100 nm red still rises while blue
already falls, and so on (Airy's formula, `easytear.base.optics`). The shape of the differences'
covariance is compared with that of film scattered about every thickness. Neither the light from
the iris nor the strength of the reflection enters; the camera's white balance does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.base.optics import colour_table
from easytear.request.settings.measure import ThicknessSettings
from easytear.results.model import Thickness
from easytear.segment.records import FilmFront

REDUCE = 4
"""Pictures are reduced so far: colour is stored at half resolution and coarsely coded."""

LEAST_CELLS = 150
LEAST_CHANGE_DN = 0.25
"""Least change (grey levels, after reduction) that is film rather than noise."""

WORST_MISFIT = 0.35
"""Above this share of the covariance that is left over, colours are not those of thin film."""

CLEARLY = 1.2
"""Another thickness must fit worse by this factor for the answer to be told."""

APART_NM = 30.0
SCATTERS_NM = (6.0, 10.0, 15.0, 22.0)
STEP_NM = 2.0
LOWEST_NM, HIGHEST_NM = 10.0, 176.0


@dataclass(frozen=True)
class ThicknessReading:
    """Thickness over the interval.

    Attributes
    ----------
    median_nm : (k,) array
        At every picture; NaN where unknown.
    thickness : Thickness or None
        Summary; None where colours do not tell.
    flags : tuple of str
        Stable short words.
    """

    median_nm: FloatArray
    thickness: Thickness | None
    flags: tuple[str, ...]


def measure_thickness(
    time_s: FloatArray,
    pictures: ByteArray,
    film: BoolArray,
    settings: ThicknessSettings,
) -> ThicknessReading:
    """Read the film's thickness from stabilised pictures.

    Parameters
    ----------
    time_s : (k,) array
        Times of the pictures, best 0.2 to 1 s apart, so that the film has moved between them.
    pictures : (k, H, W, 3) array
        Blue-green-red pictures, the eye held still.
    film : (H, W) or (k, H, W) bool array
        Where the film to measure is: below the front, away from lids, pupil and glare.
    settings : ThicknessSettings
        White balance, gamma, index of the film, range.

    Returns
    -------
    ThicknessReading
        Flagged "thickness_relative" where colours were not calibrated: the white balance is then
        taken as neutral, and thickness compares within this video. Without flag and thickness
        where the masks hold no film.
    """
    nothing = np.full(len(time_s), np.nan)
    unknown = ThicknessReading(nothing, None, ("thickness_uncalibrated",))
    masks = np.broadcast_to(film, pictures.shape[:3]) if film.ndim == 2 else film
    if not masks.any():
        return ThicknessReading(nothing, None, ())
    pairs = _pairs(time_s, pictures, masks, settings)
    if not pairs:
        return unknown
    times = np.array([time for time, _ in pairs])
    shapes = _smoothed(times, np.array([shape for _, shape in pairs]), settings.smooth_s)
    thickness, scatter, table = _model(settings.film_index)
    misfit = np.sqrt(((shapes[:, None] - table[None]) ** 2).sum(axis=(2, 3)))
    best = _common(misfit, thickness)
    if best is None:
        return unknown
    near = np.abs(thickness - best) <= APART_NM
    chosen = np.where(near, misfit, np.inf).argmin(axis=1)
    reading, width = thickness[chosen], scatter[chosen]
    return _summary(time_s, times, reading, width, settings)


def below_front(film_mask: BoolArray, front: FilmFront, frame: int, margin_px: float) -> BoolArray:
    """Return the (H, W) mask of film at least `margin_px` below the front in a frame.

    Columns in which no front is known, or between known ones, hold none.
    """
    known = np.isfinite(front.y_px[frame])
    if known.sum() < 2:
        return np.zeros(film_mask.shape, dtype=bool)
    x, y = front.x_px[known], front.y_px[frame, known]
    columns = np.arange(film_mask.shape[1])
    edge = np.interp(columns, x, y, left=np.inf, right=np.inf) + margin_px
    mask: BoolArray = film_mask & (np.arange(film_mask.shape[0])[:, None] >= edge[None, :])
    return mask


def _pairs(
    time_s: FloatArray, pictures: ByteArray, masks: BoolArray, settings: ThicknessSettings
) -> list[tuple[float, FloatArray]]:
    """Return time and normalised covariance (red, green, blue) of neighbouring pictures."""
    small = [_linear(picture, settings) for picture in pictures]
    out: list[tuple[float, FloatArray]] = []
    for i in range(len(pictures) - 1):
        inside = _reduced_mask(masks[i] & masks[i + 1])
        change = (small[i + 1] - small[i])[inside]
        if len(change) < LEAST_CELLS:
            continue
        change = change - np.median(change, axis=0)
        size = np.abs(change).sum(axis=1)
        change = change[size <= np.quantile(size, 0.98)]
        covariance = np.cov(change.T)
        level = float(pictures[i + 1][masks[i + 1]].mean())
        if _grey_levels(covariance, level, settings) < LEAST_CHANGE_DN:
            continue
        shape = covariance / np.trace(covariance)
        out.append((0.5 * float(time_s[i] + time_s[i + 1]), shape))
    return out


def _linear(picture: ByteArray, settings: ThicknessSettings) -> FloatArray:
    """Return the reduced picture in linear red, green, blue light, white balance taken out."""
    light = (np.arange(256) / 255.0) ** settings.gamma
    table = cv2.LUT(picture, light.astype(np.float32))
    height, width = picture.shape[0] // REDUCE, picture.shape[1] // REDUCE
    small = cv2.resize(table, (width, height), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    rgb: FloatArray = small[:, :, ::-1].astype(np.float64) / np.asarray(settings.white_balance)
    return rgb


def _reduced_mask(mask: BoolArray) -> BoolArray:
    height, width = mask.shape[0] // REDUCE, mask.shape[1] // REDUCE
    share = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    whole = cv2.erode((share > 0.999).astype(np.uint8), np.ones((5, 5), np.uint8))
    inside: BoolArray = whole > 0
    return inside


def _grey_levels(covariance: FloatArray, level: float, settings: ThicknessSettings) -> float:
    """Return the typical change in grey levels at a brightness (grey levels)."""
    share = max(level, 8.0) / 255.0
    slope = float(settings.gamma * share ** (settings.gamma - 1.0)) / 255.0
    return float(np.sqrt(np.trace(covariance) / 3.0)) / slope


def _smoothed(times: FloatArray, shapes: FloatArray, smooth_s: float) -> FloatArray:
    """Return covariances averaged over time."""
    if smooth_s <= 0 or len(times) < 2:
        return shapes
    weight = np.exp(-0.5 * ((times[:, None] - times[None, :]) / smooth_s) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    mean: FloatArray = np.einsum("ij,jkl->ikl", weight, shapes)
    return mean


@lru_cache(maxsize=4)
def _model(film_index: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return thicknesses (m,), scatters (m,) and covariance shapes (m, 3, 3) of thin film."""
    nm, colour = colour_table(film_index)
    nodes = np.linspace(-2.0, 2.0, 33)
    weight = np.exp(-0.5 * nodes**2)
    weight /= weight.sum()
    thickness, scatter, shapes = [], [], []
    for centre in np.arange(LOWEST_NM, HIGHEST_NM + 1e-9, STEP_NM):
        for sd in SCATTERS_NM:
            at = np.abs(centre + sd * nodes)
            rgb = np.column_stack([np.interp(at, nm, colour[:, c]) for c in range(3)])
            away = rgb - weight @ rgb
            covariance = (away * weight[:, None]).T @ away
            thickness.append(centre)
            scatter.append(sd)
            shapes.append(covariance / np.trace(covariance))
    return np.array(thickness), np.array(scatter), np.array(shapes)


def _common(misfit: FloatArray, thickness: FloatArray) -> float | None:
    """Return the thickness that fits all pairs best; None where another fits nearly as well."""
    total = np.sqrt((misfit**2).mean(axis=0))
    best = int(total.argmin())
    if total[best] > WORST_MISFIT:
        return None
    others = total[np.abs(thickness - thickness[best]) > APART_NM]
    if len(others) and others.min() < CLEARLY * total[best]:
        return None
    return float(thickness[best])


def _summary(
    time_s: FloatArray,
    times: FloatArray,
    reading: FloatArray,
    width: FloatArray,
    settings: ThicknessSettings,
) -> ThicknessReading:
    low, high = settings.min_nm, settings.max_nm
    flags = [] if settings.calibrated else ["thickness_relative"]
    if (reading < low).any():
        flags.append("thickness_below_range")
    if (reading > high).any():
        flags.append("thickness_above_range")
    kept = np.clip(reading, low, high)
    spread = 1.2816 * width
    rate: float | None = None
    if len(times) >= 4 and times[-1] - times[0] >= 1.0:
        slopes = [
            (kept[j] - kept[i]) / (times[j] - times[i])
            for i in range(len(times))
            for j in range(i + 1, len(times))
        ]
        rate = 0.0 - float(np.median(slopes))
    thickness = Thickness(
        median_nm=float(np.median(kept)),
        p10_nm=float(np.clip(np.median(kept - spread), low, high)),
        p90_nm=float(np.clip(np.median(kept + spread), low, high)),
        thinning_nm_s=rate,
    )
    over = np.interp(time_s, times, kept)
    over[(time_s < times[0] - settings.smooth_s - 1.0) | (time_s > times[-1] + 1.0)] = np.nan
    return ThicknessReading(over, thickness, tuple(flags))
