"""The exposed cornea: what of it is free of lids and lashes, and where film can be followed."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.lid_margin import lid_margin
from easytear.preprocess.limbus import EDGE_SD, USUAL_RATIO, Limbus, find_limbus
from easytear.preprocess.locate import EyeLocation
from easytear.preprocess.pupil import mean_radius
from easytear.preprocess.records import Cornea
from easytear.request.settings.preprocess import CorneaSettings

_WORK_HALF = 150
"""Pictures are reduced until the iris is about this in half width: limbus, lids and lashes are far
coarser than a pixel of those."""


def find_cornea(
    pictures: NDArray[np.uint8],
    pupil: Ellipse | None,
    settings: CorneaSettings,
    iris: Ellipse | None = None,
    location: EyeLocation | None = None,
) -> Cornea:
    """Return iris and exposed cornea of one interval.

    Parameters
    ----------
    pictures : (k, height, width, 3) uint8 array
        Blue-green-red frames spread over the interval, the eye held still.
    pupil : Ellipse or None
        The pupil in the interval's first frame.
    settings : CorneaSettings
        How the exposed cornea is found.
    iris : Ellipse, optional
        The limbus as a person drew it; it is taken as it is.
    location : EyeLocation, optional
        What the whole video tells of this eye: its limbus has that size, and only its place is
        looked for; what is no picture is left out.

    Returns
    -------
    Cornea
        In eye coordinates. Without a limbus the region is bounded by what can be seen of the
        lids alone, and flagged.
    """
    shape = (int(pictures.shape[1]), int(pictures.shape[2]))
    factor = max(1, round(_half_width(shape, pupil, iris, location) / _WORK_HALF))
    still = _still_picture(pictures, factor)
    valid = None if location is None else location.valid
    small_valid = None if valid is None else _shrunk(valid, still.shape)
    flags: list[str] = []
    width_sd = np.nan
    if iris is not None:
        width_sd = 2.0 * EDGE_SD * iris.rx_px
    elif pupil is not None:
        found = _limbus(still, pupil, factor, small_valid, location)
        if found is not None:
            iris, width_sd = found.ellipse, found.width_sd_px
    if iris is None:
        flags.append("limbus_not_found")
    elif width_sd > settings.width_sd_limit * 2.0 * iris.rx_px:
        flags.append("iris_width_uncertain")
    limits = _limits(still, pupil, iris, factor, small_valid)
    return _cornea(pictures, pupil, iris, limits, settings, (width_sd, flags), valid)


def _half_width(
    shape: tuple[int, int],
    pupil: Ellipse | None,
    iris: Ellipse | None,
    location: EyeLocation | None,
) -> float:
    """Return about how wide half the iris is, in pixels."""
    if iris is not None:
        return iris.rx_px
    if location is not None and np.isfinite(location.iris_radius_px):
        return location.iris_radius_px
    return 0.45 * shape[1] if pupil is None else USUAL_RATIO * mean_radius(pupil)


def _shrunk(valid: BoolArray, shape: tuple[int, int]) -> BoolArray:
    size = (shape[1], shape[0])
    small: BoolArray = cv2.resize(valid.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return small


def _limbus(
    still: NDArray[np.float32],
    pupil: Ellipse,
    factor: int,
    valid: BoolArray | None,
    location: EyeLocation | None,
) -> Limbus | None:
    """Return the limbus in full-size pixels: the whole video's, moved to where it is here."""
    known = None if location is None else location.limbus
    if known is None:
        found = find_limbus(still, _reduced(pupil, factor), valid)
    else:
        small = replace(known, ellipse=_reduced(known.ellipse, factor))
        found = find_limbus(still, _reduced(pupil, factor), valid, small)
    if found is not None and known is None:
        return Limbus(_enlarged(found.ellipse, factor), found.width_sd_px * factor, found.arc_deg)
    if known is None or location is None or location.pupil is None:
        return None
    # One eye has one iris: its shape is the whole video's to the last digit.
    centre = (
        known.ellipse.moved(pupil.x_px - location.pupil.x_px, pupil.y_px - location.pupil.y_px)
        if found is None
        else _enlarged(found.ellipse, factor)
    )
    e = known.ellipse
    return replace(known, ellipse=Ellipse(centre.x_px, centre.y_px, e.rx_px, e.ry_px, e.angle_deg))


def _still_picture(pictures: NDArray[np.uint8], factor: int) -> NDArray[np.float32]:
    """Return what stands still with the eye: the median over reduced grey pictures."""
    size = (pictures.shape[2] // factor, pictures.shape[1] // factor)
    small = [
        cv2.resize(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
        for p in pictures
    ]
    still: NDArray[np.float32] = np.median(np.stack(small), axis=0).astype(np.float32)
    return still


def _reduced(ellipse: Ellipse, factor: int) -> Ellipse:
    off = 0.5 * (factor - 1)
    return Ellipse(
        (ellipse.x_px - off) / factor,
        (ellipse.y_px - off) / factor,
        ellipse.rx_px / factor,
        ellipse.ry_px / factor,
        ellipse.angle_deg,
    )


def _enlarged(ellipse: Ellipse, factor: int) -> Ellipse:
    off = 0.5 * (factor - 1)
    return Ellipse(
        ellipse.x_px * factor + off,
        ellipse.y_px * factor + off,
        ellipse.rx_px * factor,
        ellipse.ry_px * factor,
        ellipse.angle_deg,
    )


def _limits(
    still: NDArray[np.float32],
    pupil: Ellipse | None,
    iris: Ellipse | None,
    factor: int,
    valid: BoolArray | None,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return upper and lower limit of the exposed cornea per column, and the still stripes.

    All in full-size pixels; the stripes (lashes, comb) as a mask of the reduced picture.
    """
    height, width = still.shape
    small_iris = None if iris is None else _reduced(iris, factor)
    unit = small_iris.rx_px if small_iris else 0.55 * width
    stripes = _dark_stripes(still, unit)
    middle = _reduced(pupil, factor).y_px if pupil is not None else 0.4 * height
    upper = _lash_line(stripes, middle, unit)
    lower: FloatArray = np.full(width, float(height - 1))
    if small_iris is not None:
        top, bottom = _chord(small_iris, width)
        upper, lower = np.fmax(upper, top), np.fmin(lower, bottom)
        lower = np.where(np.isfinite(bottom), lower, np.nan)
    if pupil is not None and small_iris is not None:
        margin = lid_margin(still, _reduced(pupil, factor), small_iris, valid)
        if margin is not None:
            order = np.argsort(margin[:, 0])
            x, y = margin[order].T
            lid = np.interp(np.arange(width), x, y, left=np.inf, right=np.inf)
            lower = np.where(np.isfinite(lower), np.minimum(lower, lid), np.nan)
    return upper, lower, stripes


def _chord(ellipse: Ellipse, width: int) -> tuple[FloatArray, FloatArray]:
    """Return upper and lower y of an ellipse per column; NaN beside it."""
    x = np.arange(width) - ellipse.x_px
    angle = np.deg2rad(ellipse.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    p, q = ellipse.rx_px**-2, ellipse.ry_px**-2
    a = sin * sin * p + cos * cos * q
    b = 2.0 * x * sin * cos * (p - q)
    c = x * x * (cos * cos * p + sin * sin * q) - 1.0
    root = b * b - 4.0 * a * c
    half = np.sqrt(np.where(root >= 0, root, np.nan))
    return ellipse.y_px + (-b - half) / (2.0 * a), ellipse.y_px + (-b + half) / (2.0 * a)


def _dark_stripes(still: FloatArray, unit: float) -> BoolArray:
    """Return where something thin and upright is darker than what is beside it.

    Lashes and the mirror images of lashes: up to a thirtieth of the iris's half width across.
    """
    across = max(5, int(unit / 12.0) | 1)
    smooth = np.asarray(cv2.GaussianBlur(still, (0, 0), 0.8), np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (across, 1))
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel)
    hat = cv2.GaussianBlur(
        np.asarray(closed - smooth, np.float32), (0, 0), sigmaX=0.6, sigmaY=0.02 * unit
    )
    local = cv2.GaussianBlur(still, (0, 0), 0.1 * unit) + 1.0
    relative = hat / local
    noise = float(np.median(relative))
    stripes: BoolArray = relative > max(3.0 * noise, 0.035)
    return stripes


def _lash_line(stripes: BoolArray, middle: float, unit: float) -> FloatArray:
    """Return per column how far down upper lashes reach (the picture's top without any)."""
    height, width = stripes.shape
    last = int(np.clip(middle + 0.15 * unit, 2, height))
    density = cv2.blur(stripes[:last].astype(np.float32), (max(3, int(0.12 * unit) | 1), 3))
    balance: FloatArray = np.cumsum(np.where(density > 0.15, 1.0, -1.0), axis=0)
    balance = np.vstack([np.zeros((1, width)), balance])
    line: FloatArray = np.argmax(balance, axis=0).astype(float)
    from scipy.ndimage import gaussian_filter1d  # takes long to load: not before it is needed

    smooth: FloatArray = gaussian_filter1d(line, max(1.0, 0.04 * unit), mode="nearest")
    return smooth


def _cornea(
    pictures: NDArray[np.uint8],
    pupil: Ellipse | None,
    iris: Ellipse | None,
    limits: tuple[FloatArray, FloatArray, BoolArray],
    settings: CorneaSettings,
    known: tuple[float, list[str]],
    valid: BoolArray | None,
) -> Cornea:
    """Return the record: polygon and masks from the limits."""
    upper, lower, stripes = limits
    height, width = int(pictures.shape[1]), int(pictures.shape[2])
    columns = np.linspace(0, len(upper) - 1, width)
    scale = width / len(upper)
    off = 0.5 * (scale - 1)
    top = np.interp(columns, np.arange(len(upper)), upper) * scale + off
    bottom = np.interp(columns, np.arange(len(lower)), lower) * scale + off
    top, bottom = np.clip(top, 0, height - 1), np.minimum(bottom, height - 1)
    open_columns = np.isfinite(bottom) & (bottom - top > 0.01 * height)
    yy = np.arange(height)[:, None]
    with np.errstate(invalid="ignore"):
        mask = (yy >= top) & (yy <= bottom) & open_columns
    if valid is not None:
        mask &= valid
    lower_edge = np.where(open_columns, bottom, np.nan)
    width_sd, flags = known
    region = _polygon(top, bottom, open_columns)
    if region is None:
        flags = [*flags, "cornea_not_found"]
    film = mask & ~_hidden(pictures, pupil, iris, lower_edge, stripes, settings)
    return Cornea(iris, width_sd, region, mask, film, lower_edge, tuple(flags))


def _polygon(top: FloatArray, bottom: FloatArray, columns: BoolArray) -> FloatArray | None:
    x = np.flatnonzero(columns)
    if len(x) < 8:
        return None
    x = x[np.unique(np.linspace(0, len(x) - 1, 48).astype(int))]
    outline = np.concatenate(
        [np.column_stack([x, top[x]]), np.column_stack([x[::-1], bottom[x[::-1]]])]
    )
    return outline.astype(float)


def _hidden(
    pictures: NDArray[np.uint8],
    pupil: Ellipse | None,
    iris: Ellipse | None,
    lower_edge: FloatArray,
    stripes: BoolArray,
    settings: CorneaSettings,
) -> BoolArray:
    """Return where film cannot be followed: pupil's edge, still stripes, glare."""
    height, width = int(pictures.shape[1]), int(pictures.shape[2])
    hidden = np.zeros((height, width), bool)
    if pupil is not None:
        yy, xx = np.mgrid[:height, :width]
        level = pupil.level(xx, yy)
        hidden |= (level > 0.85) & (level < 1.15)
    unit = iris.rx_px if iris is not None else 0.55 * width
    comb = cv2.resize(stripes.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    comb = cv2.dilate(comb, np.ones((3, 3), np.uint8)).astype(bool)
    row = np.arange(height)[:, None]
    with np.errstate(invalid="ignore"):
        near = row > lower_edge - settings.comb_reach * unit
    hidden |= comb & np.asarray(near, bool)
    darkest = [cv2.min(cv2.min(p[..., 0], p[..., 1]), p[..., 2]) for p in pictures]
    bright = np.mean([d > 250 for d in darkest], axis=0) > 0.3
    hidden |= cv2.dilate(bright.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    return hidden
