"""Second look at the eye's motion: the pupil's own shift against the eye.

The pupil gives the translation, and its centre wanders against the cornea when its size changes.
That is read where the eye is free of moving film: on the limbus with the white beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.preprocess.registration import eye_to_image_matrix
from easytear.request.settings.preprocess import EyeSettings

_ANGLES = 576
_SECTORS = 36
_LAYERS = 20
_ROUNDS = 6
_ENOUGH_PX = 0.02
MANY_PICTURES = 40
"""How many pictures of an interval the second look wants, spread evenly."""


def wanted_frames(count: int, many: int = MANY_PICTURES) -> NDArray[np.intp]:
    """Return which of an interval's `count` frames the second look wants: the first, and others."""
    return np.unique(np.linspace(0, count - 1, min(count, many)).astype(np.intp))


def refine_motion(
    eye: EyeInInterval,
    pictures: NDArray[np.uint8],
    frames: NDArray[np.intp],
    iris: Ellipse | None,
    settings: EyeSettings,
) -> EyeInInterval:
    """Return the eye with the pupil's own shift worked in, where it is certain.

    Parameters
    ----------
    eye : EyeInInterval
        From the first look.
    pictures : (k, height, width) uint8 array
        Grey frames as recorded (deinterlaced, not held still).
    frames : (k,) int array
        Which they are, counted from the interval's start, rising; see `wanted_frames`.
    iris : Ellipse or None
        The limbus in eye coordinates; without it nothing can be checked, and `eye` comes back.
    settings : EyeSettings
        How the eye is followed.

    Returns
    -------
    EyeInInterval
        `motion` refined; "pupil_size_changes" is replaced by "pupil_shift_corrected" where the
        limbus showed the shift.
    """
    if eye.pupil is None or iris is None or len(frames) < 8:
        return eye
    pictures = np.stack([cv2.GaussianBlur(p, (0, 0), 1.2) for p in pictures])
    if settings.correct_pupil_shift:
        eye = _without_pupil_shift(eye, pictures, frames, iris)
    return eye


@dataclass(frozen=True)
class _Band:
    """A ring about the pupil's centre in eye coordinates, sampled as (layers, angles)."""

    x: FloatArray
    y: FloatArray
    layer_px: float

    @property
    def angle_px(self) -> FloatArray:
        """Distance between neighbouring angles, (layers, 1)."""
        step = np.hypot(np.diff(self.x[:, :2], axis=1), np.diff(self.y[:, :2], axis=1))
        return np.asarray(step, float)


def _band(centre: tuple[float, float], inner: FloatArray, outer: FloatArray) -> _Band:
    theta = np.arange(_ANGLES) * (2.0 * np.pi / _ANGLES)
    share = np.linspace(0.0, 1.0, _LAYERS)[:, None]
    radius = inner + share * (outer - inner)
    x, y = centre[0] + radius * np.cos(theta), centre[1] + radius * np.sin(theta)
    return _Band(x, y, float(np.mean(outer - inner)) / (_LAYERS - 1))


def _ring_of(ellipse: Ellipse, centre: tuple[float, float], low: float, high: float) -> _Band:
    """Return the band between two multiples of an ellipse, about a centre inside of it."""
    theta = np.arange(_ANGLES) * (2.0 * np.pi / _ANGLES)
    points = ellipse.points(4 * _ANGLES) - np.array(centre)
    angle = np.mod(np.arctan2(points[:, 1], points[:, 0]), 2.0 * np.pi)
    order = np.argsort(angle)
    radius = np.interp(theta, angle[order], np.hypot(*points[order].T), period=2.0 * np.pi)
    return _band(centre, low * radius, high * radius)


def _moves(
    eye: EyeInInterval, pictures: NDArray[np.uint8], frames: NDArray[np.intp], band: _Band
) -> tuple[FloatArray, FloatArray]:
    """Return what is left of the band's motion in each picture, and its standard deviation.

    (k, 3): shift in x and y in pixels and rotation in radians about the band's centre.
    """
    k = len(frames)
    left = np.zeros((k, 3))
    sd = np.full((k, 3), np.inf)
    reach = float(np.hypot(band.x - band.x.mean(), band.y - band.y.mean()).mean())
    for turn in range(_ROUNDS):
        strips = np.stack(
            [_sample(eye, pictures[i], int(frames[i]), band, left[i]) for i in range(k)]
        )
        # A pattern joined from pictures that still lie apart is blurred, and draws every picture
        # only part of the way: begin with pictures that follow each other.
        few = slice(2 * k // 5, 3 * k // 5 + 1) if turn < 3 else slice(None)
        step, sd = _solve(strips, strips[few], band, doubt=turn >= 3)
        left = left + step
        step = step - np.median(step, axis=0)
        if turn > 3 and np.abs(step * [1.0, 1.0, reach]).max() < _ENOUGH_PX:
            break
    return left - left[0], sd


def _sample(
    eye: EyeInInterval, picture: NDArray[np.uint8], frame: int, band: _Band, left: FloatArray
) -> NDArray[np.float32]:
    """Return the band's brightness in one picture, carried along by what is known so far."""
    cx, cy = float(band.x.mean()), float(band.y.mean())
    cos, sin = np.cos(left[2]), np.sin(left[2])
    ux, uy = band.x - cx, band.y - cy
    x = cx + left[0] + cos * ux - sin * uy
    y = cy + left[1] + sin * ux + cos * uy
    m = eye_to_image_matrix(eye.motion, frame, eye.pupil)
    ix = m[0, 0] * x + m[0, 1] * y + m[0, 2]
    iy = m[1, 0] * x + m[1, 1] * y + m[1, 2]
    strip = cv2.remap(
        picture, ix.astype(np.float32), iy.astype(np.float32), cv2.INTER_LINEAR
    ).astype(np.float32)
    height, width = picture.shape
    outside = (ix < 2) | (iy < 2) | (ix > width - 3) | (iy > height - 3)
    strip[outside] = np.nan
    return strip


def _solve(
    strips: NDArray[np.float32], joined: NDArray[np.float32], band: _Band, *, doubt: bool
) -> tuple[FloatArray, FloatArray]:
    """Return each picture's motion against the median of some, from sectors that agree.

    While pictures are far apart sectors differ because steps are too long for the linear law:
    doubting those that differ would stop the approach, so it begins without `doubt`.
    """
    known: BoolArray = np.asarray(np.isfinite(strips).all(axis=0))
    pattern = np.median(np.where(known, joined, 0.0), axis=0)
    along_r = np.gradient(pattern, axis=0) / band.layer_px
    along_t = np.gradient(np.pad(pattern, ((0, 0), (1, 1)), mode="wrap"), axis=1)[:, 1:-1]
    along_t = along_t / band.angle_px
    theta = np.arange(_ANGLES) * (2.0 * np.pi / _ANGLES)
    gx = along_r * np.cos(theta) - along_t * np.sin(theta)
    gy = along_r * np.sin(theta) + along_t * np.cos(theta)
    cx, cy = float(band.x.mean()), float(band.y.mean())
    turn = gy * (band.x - cx) - gx * (band.y - cy)
    design = np.stack([gx, gy, turn], axis=-1)
    # Gradients need all four neighbours.
    inner: BoolArray = known & np.roll(known, 1, axis=1) & np.roll(known, -1, axis=1)
    inner[1:-1] &= known[:-2] & known[2:]
    inner[[0, -1]] = False
    normal, right = _by_sector(strips - pattern, design, inner, doubt=doubt)
    return joined_motion(normal, right, 6 if doubt else 1)


def _by_sector(
    off: FloatArray, design: FloatArray, known: BoolArray, *, doubt: bool
) -> tuple[FloatArray, FloatArray]:
    """Return normal equations per sector (s, 3, 3) and picture (k, s, 3), in units of noise.

    A sector's noise is its restlessness over the interval: film and lashes that move through
    it make it count less.
    """
    per = _ANGLES // _SECTORS
    shape = (len(off), off.shape[1], _SECTORS, per)
    w = known.reshape(shape[1:]).astype(float)
    o = np.nan_to_num(off.reshape(shape), nan=0.0)
    d = design.reshape(*shape[1:], 3)
    count = np.maximum(w.sum(axis=(0, 2)), 1.0)
    # A sector that brightens as a whole (film, light) has not moved.
    o = (o - ((o * w).sum(axis=(1, 3)) / count)[:, None, :, None]) * w
    d = (d - ((d * w[..., None]).sum(axis=(0, 2)) / count[:, None])[None, :, None, :]) * w[
        ..., None
    ]
    normal = np.einsum("lspi,lspj->sij", d, d)
    right = -np.einsum("lspi,klsp->ksi", d, o)
    # What the sector's own motion explains is no noise.
    explained = np.einsum("ksi,sij,ksj->ks", right, np.linalg.pinv(normal), right)
    rest = ((o**2).sum(axis=(1, 3)) - explained) / count
    noise = np.quantile(rest, 0.25, axis=0) + 0.5
    if not doubt:
        noise = np.full_like(noise, np.median(noise))
    # Pixels of a blurred picture err together, about nine at a time.
    scale = 1.0 / (9.0 * noise)
    normal, right = normal * scale[:, None, None], right * scale[:, None]
    empty = w.sum(axis=(0, 2)) < 0.2 * w.shape[0] * per
    normal[empty], right[:, empty] = 0.0, 0.0
    return normal, right


def joined_motion(
    normal: FloatArray, right: FloatArray, rounds: int
) -> tuple[FloatArray, FloatArray]:
    """Return (k, 3) motion joined from sectors by Cauchy weights, and standard deviations."""
    k = len(right)
    unit = np.eye(3) * 1e-9
    weight = np.ones((k, len(normal)))
    motion = np.zeros((k, 3))
    used = np.trace(normal, axis1=1, axis2=2) > 0
    if used.sum() < 6:
        return motion, np.full((k, 3), np.inf)
    own = np.linalg.pinv(normal[used])
    spread = np.ones(k)
    for _ in range(rounds):
        total = np.einsum("ks,sij->kij", weight, normal) + unit
        motion = np.linalg.solve(total, np.einsum("ks,ksi->ki", weight, right)[..., None])[..., 0]
        # How far each sector's own answer lies from the joint one, in its own noise.
        gap = right[:, used] - np.einsum("sij,kj->ksi", normal[used], motion)
        chi = np.einsum("ksi,sij,ksj->ks", gap, own, gap) / 3.0
        spread = np.maximum(np.median(chi, axis=1) / 0.8, 1.0)
        weight[:, used] = 1.0 / (1.0 + chi / (4.0 * spread[:, None]))
    total = np.einsum("ks,sij->kij", weight, normal) + unit
    variance = np.diagonal(np.linalg.inv(total), axis1=1, axis2=2) * spread[:, None]
    return motion, np.sqrt(np.maximum(variance, 0.0))


def _without_pupil_shift(
    eye: EyeInInterval, pictures: NDArray[np.uint8], frames: NDArray[np.intp], iris: Ellipse
) -> EyeInInterval:
    """Return the eye with the pupil's shift per change of radius taken out, if the limbus shows it.

    The limbus moves with the globe, and no film is seen on the white. Its motion left over in
    pupil coordinates is regressed on the pupil's radius: one number per axis, which noise of
    single pictures does not reach.
    """
    assert eye.pupil is not None
    radius = eye.pupil_radius_px[frames]
    known = np.isfinite(radius)
    if known.sum() < 8 or float(np.ptp(radius[known])) < 0.5:
        return eye
    centre = (iris.x_px, iris.y_px)
    left, sd = _moves(eye, pictures, frames, _ring_of(iris, centre, 0.93, 1.16))
    shift = np.column_stack([eye.motion.dx_px[frames], eye.motion.dy_px[frames]]) + left[:, :2]
    good = known & (sd[:, :2] < 1.0).all(axis=1)
    if good.sum() < 8 or float(np.ptp(radius[good])) < 0.5:
        return eye
    slopes, errors = zip(
        *(_slope(radius[good], left[good, a], sd[good, a], shift[good]) for a in (0, 1)),
        strict=True,
    )
    if max(abs(s) / e for s, e in zip(slopes, errors, strict=True)) < 4.0:
        return eye
    filled = _filled(eye.pupil_radius_px)
    change = filled - filled[0]
    motion = eye.motion
    moved = EyeMotion(
        motion.dx_px + slopes[0] * change,
        motion.dy_px + slopes[1] * change,
        motion.rotation_deg,
        np.hypot(motion.sd_px, np.abs(change) * float(np.mean(errors))),
        motion.observed,
    )
    flags = tuple(f for f in eye.flags if f != "pupil_size_changes")
    return replace(eye, motion=moved, flags=(*flags, "pupil_shift_corrected"))


def _slope(x: FloatArray, y: FloatArray, sd: FloatArray, beside: FloatArray) -> tuple[float, float]:
    """Return the slope of y on x and its standard error.

    Parameters
    ----------
    x, y, sd : (k,) float arrays
        Radius, motion left over, and the latter's standard deviation.
    beside : (k, 2) float array
        The eye's own shift: glare, vignetting and lids stand still in the image and so seem to move
        against the eye as it moves; what goes with the shift is not laid to the pupil.
    """
    design = np.column_stack([x, beside, np.ones(len(x))])
    design[:, :3] -= design[:, :3].mean(axis=0)
    given = 1.0 / (sd**2 + float(np.median(sd)) ** 2)
    w = given
    for _ in range(8):
        normal = design.T @ (design * w[:, None]) + 1e-9 * np.eye(4)
        found = np.linalg.solve(normal, design.T @ (w * y))
        rest = y - design @ found
        scale = max(1.48 * float(np.median(np.abs(rest))), 0.01)
        w = given / (1.0 + (rest / (2.0 * scale)) ** 2)
    # Residuals follow each other, so they are worth fewer than their number.
    alike = float(np.clip((rest[1:] @ rest[:-1]) / max(rest @ rest, 1e-12), 0.0, 0.95))
    worth = max(len(x) * (1.0 - alike) / (1.0 + alike), 5.0)
    variance = float((w * rest**2).sum() / w.sum()) * len(x) / (worth - 4.0)
    scatter = float(np.linalg.inv(normal)[0, 0]) * float(w.mean())
    return float(found[0]), float(np.sqrt(variance * scatter))


def _filled(values: FloatArray) -> FloatArray:
    known = np.flatnonzero(np.isfinite(values))
    filled: FloatArray = np.interp(np.arange(len(values)), known, values[known])
    return filled
