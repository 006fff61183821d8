"""The eye's rotation, from everything that moves with the eye where film and lids leave it alone.

Iris, its rim and vessels under the thin film move with the eye; film moves over them, and lids,
lashes and their mirror images stay behind. The exposed cornea is cut into cells; each says how
the picture in it has moved against the interval's mean picture, and counts by how steadily it
does. Cells side by side err alike (the same film lies over them), so the error is taken from the
answers without the cells of one direction from the pupil at a time (jackknife).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.preprocess.refine import joined_motion
from easytear.preprocess.registration import eye_to_image_matrix
from easytear.request.settings.preprocess import EyeSettings

_WIDTH = 320
"""Pictures are looked at about this wide: fine enough for the iris, and quick."""

_CELL = 12
_DIRECTIONS = 8
_COARSE, _FINE = 2.5, 0.7
"""Blur of the first rounds, which bring pictures together that lie far apart, and of the last."""

_ROUNDS = (_COARSE, _COARSE, _COARSE, _FINE, _FINE)
_PULL_DEG, _EARLY_PULL_DEG, _EARLY_S = 0.15, 0.4, 0.5
"""Film draws all cells a little its way together, which their scatter does not tell: as much as
this on scenes with known truth, more in the first half second, while it runs."""

_USUAL_DEG = 0.1
"""Least scatter of torsion while an eye fixates (Ott, Seidman and Leigh 1992: 0.1 to 0.2)."""


def correct_rotation(
    eye: EyeInInterval,
    pictures: NDArray[np.uint8],
    frames: NDArray[np.intp],
    time_s: FloatArray,
    mask: BoolArray,
    settings: EyeSettings,
) -> EyeInInterval:
    """Return the eye with its rotation worked in where it exceeds its noise, and with its error.

    A rotation that moves even the cornea's rim by less than twice the noise of the shift is left.

    Parameters
    ----------
    eye : EyeInInterval
        From the first look.
    pictures : (k, height, width) uint8 array
        Grey frames as recorded (deinterlaced, not held still).
    frames : (k,) int array
        Which they are, counted from the interval's start, rising.
    time_s : (n,) float array
        Times of all frames of the interval.
    mask : (height, width) bool array
        What of the exposed cornea is free of lids, lashes and their mirror images, in eye
        coordinates.
    settings : EyeSettings
        How the eye is followed.

    Returns
    -------
    EyeInInterval
        With `motion.rotation_deg` where it is certain, and `motion.rotation_sd_deg` whether it
        was corrected (the error that is left) or not (what was not corrected).
    """
    if eye.pupil is None or len(frames) < 8 or not settings.correct_rotation:
        return eye
    seen, sd = rotation_at(eye, eye.pupil, pictures, frames, mask)
    if not np.isfinite(sd).all():
        return eye
    since = np.asarray(time_s)[frames] - time_s[0]
    sd = np.hypot(sd, _EARLY_PULL_DEG * np.exp(-since / _EARLY_S))
    settled = since > 2.0 * _EARLY_S
    if settled.sum() < 8:
        return eye
    smooth = smoothed(frames, seen, sd, settled, len(eye.motion.dx_px))
    motion = eye.motion
    noise = float(np.hypot(np.median(sd[settled]), _PULL_DEG))
    least = max(noise, _worth_deg(motion, eye.pupil, mask))
    if smooth.scatter_deg < 2.0 * least:
        left = np.full(len(motion.dx_px), max(smooth.scatter_deg, _USUAL_DEG))
        return replace(eye, motion=replace(motion, rotation_sd_deg=left))
    left = np.hypot(smooth.sd_deg, _PULL_DEG)
    left[0] = 0.0
    turned = replace(motion, rotation_deg=smooth.rotation_deg, rotation_sd_deg=left)
    return replace(eye, motion=turned, flags=(*eye.flags, "rotation_corrected"))


def _worth_deg(motion: EyeMotion, pupil: Ellipse, mask: BoolArray) -> float:
    """Return the rotation that moves the cornea's rim by as much as the shift is in doubt."""
    y, x = np.nonzero(mask)
    rim_px = float(np.quantile(np.hypot(x - pupil.x_px, y - pupil.y_px), 0.9))
    known = motion.sd_px[np.isfinite(motion.sd_px)]
    return float(np.rad2deg(np.median(known) / rim_px)) if len(known) else 0.0


def rotation_at(
    eye: EyeInInterval,
    pupil: Ellipse,
    pictures: NDArray[np.uint8],
    frames: NDArray[np.intp],
    mask: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the eye's rotation in each picture and its standard deviation, (k,) degrees each.

    Relative to the mean picture, with the shift left free; infinite deviations where too little
    of the eye is seen. Parameters as for `correct_rotation`.
    """
    cells = _Cells.of(mask, pupil)
    if cells is None:
        return np.zeros(len(frames)), np.full(len(frames), np.inf)
    small = [cv2.resize(p, cells.whole, interpolation=cv2.INTER_AREA) for p in pictures]
    to_image = [cells.reduced(eye_to_image_matrix(eye.motion, int(f), pupil)) for f in frames]
    left = np.zeros((len(frames), 3))
    blurred: list[NDArray[np.float32]] = []
    for turn, blur in enumerate(_ROUNDS):
        if turn == 0 or blur != _ROUNDS[turn - 1]:
            blurred = [_blurred(p, blur) for p in small]
        held = np.stack(
            [cells.hold(p, m, a) for p, m, a in zip(blurred, to_image, left, strict=True)]
        )
        # A pattern joined from pictures that lie apart is blurred and draws every picture only
        # part of the way: begin with pictures that follow each other.
        few = slice(2 * len(held) // 5, 3 * len(held) // 5 + 1) if turn == 0 else slice(None)
        normal, right = cells.equations(held, held[few].mean(axis=0), even=turn < 2)
        step, own_sd = joined_motion(normal, right, 6 if turn >= 2 else 1)
        left += step
    sd = _jackknife(normal, right, step, cells.direction)
    # A picture that fits the pattern worse than most (film that runs, focus) is trusted less.
    misfit = own_sd[:, 2] / np.median(own_sd[:, 2])
    return np.rad2deg(left[:, 2]), np.rad2deg(sd * np.maximum(misfit, 1.0))


def _blurred(picture: NDArray[np.uint8], blur: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), blur), np.float32)


def _jackknife(
    normal: FloatArray, right: FloatArray, step: FloatArray, direction: NDArray[np.intp]
) -> FloatArray:
    used = np.trace(normal, axis1=1, axis2=2) > 0
    groups = [d for d in range(_DIRECTIONS) if (used & (direction == d)).any()]
    if len(groups) < 4:
        return np.full(len(step), np.inf)
    without = []
    for one in groups:
        others = (direction != one)[:, None]
        answer, _ = joined_motion(normal * others[..., None], right * others, 6)
        without.append(answer[:, 2] - step[:, 2])
    off = np.array(without) - np.mean(without, axis=0)
    sd: FloatArray = np.sqrt((len(groups) - 1) / len(groups) * (off**2).sum(axis=0))
    return sd


@dataclass(frozen=True)
class _Cells:
    """The looked-at part of reduced pictures, cut into square cells.

    `corner` is the part's first pixel in the reduced picture, `inside` (rows * cell, columns *
    cell) what of it counts, `direction` (cells,) where each lies from the pupil.
    """

    whole: tuple[int, int]
    factor: int
    corner: tuple[int, int]
    centre: tuple[float, float]
    inside: BoolArray
    direction: NDArray[np.intp]

    @classmethod
    def of(cls, mask: BoolArray, pupil: Ellipse) -> _Cells | None:
        """Return the cells of a mask (eye coordinates) without the pupil; None where bare."""
        height, width = mask.shape
        factor = max(1, round(width / _WIDTH))
        whole = (width // factor, height // factor)
        yy, xx = np.mgrid[:height, :width]
        free = (mask & (pupil.level(xx, yy) > 1.1)).astype(np.uint8)
        inside = cv2.resize(free, whole, interpolation=cv2.INTER_AREA) > 0
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if len(rows) < 2 * _CELL or len(columns) < 2 * _CELL:
            return None
        x, y = int(columns[0]), int(rows[0])
        across, down = (len(range(x, columns[-1])) // _CELL, len(range(y, rows[-1])) // _CELL)
        inside = inside[y : y + down * _CELL, x : x + across * _CELL]
        off = 0.5 * (factor - 1)
        centre = ((pupil.x_px - off) / factor, (pupil.y_px - off) / factor)
        cy, cx = np.mgrid[:down, :across] * _CELL + 0.5 * _CELL
        angle = np.arctan2(cy + y - centre[1], cx + x - centre[0]).ravel()
        direction = (np.floor((angle / (2.0 * np.pi) + 0.5) * _DIRECTIONS)).astype(np.intp)
        return cls(whole, factor, (x, y), centre, inside, direction % _DIRECTIONS)

    def reduced(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a matrix of full pictures for reduced ones."""
        off = 0.5 * (self.factor - 1)
        shift = (matrix[:, :2] @ [off, off] + matrix[:, 2] - off) / self.factor
        return np.column_stack([matrix[:, :2], shift])

    def hold(
        self, picture: NDArray[np.float32], to_image: NDArray[np.float64], left: FloatArray
    ) -> NDArray[np.float32]:
        """Return the looked-at part of a picture, carried along by what is known so far."""
        cos, sin = np.cos(left[2]), np.sin(left[2])
        (cx, cy), (x, y) = self.centre, self.corner
        turn = np.array([[cos, -sin], [sin, cos]])
        shift = np.array([cx, cy]) + left[:2] + turn @ (np.array([x, y]) - [cx, cy])
        matrix = np.column_stack([to_image[:, :2] @ turn, to_image[:, :2] @ shift + to_image[:, 2]])
        height, width = self.inside.shape
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE
        held = cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=border)
        return np.asarray(held, np.float32)

    def equations(
        self, held: NDArray[np.float32], pattern: NDArray[np.float32], *, even: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Return normal equations (c, 3, 3) per cell and (k, c, 3) per picture, in units of noise.

        A cell that brightens as a whole has not moved. Its noise is its restlessness over the
        interval; with `even` all cells count alike.
        """
        x, y = self.corner[0] - self.centre[0], self.corner[1] - self.centre[1]
        rows, columns = np.indices(pattern.shape, np.float32)
        gx = cv2.Sobel(pattern, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        gy = cv2.Sobel(pattern, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        design = np.stack([gx, gy, gy * (columns + x) - gx * (rows + y)])
        share = self._cut(self.inside.astype(np.float32)[None])
        count = np.maximum(share.sum(axis=2), 1.0)[..., None]
        d, o = self._cut(design) * share, self._cut(held - pattern) * share
        d -= d.sum(axis=2, keepdims=True) / count * share
        o -= o.sum(axis=2, keepdims=True) / count * share
        normal = np.matmul(d, d.transpose(0, 2, 1)).astype(float)
        right = -np.matmul(o, d.transpose(0, 2, 1)).astype(float)
        own = np.linalg.pinv(normal)
        explained = np.einsum("cki,cij,ckj->ck", right, own, right, optimize=True)
        rest = (np.square(o).sum(axis=2) - explained) / count[..., 0]
        full = share[:, 0].mean(axis=1) > 0.3
        noise = np.quantile(rest, 0.25, axis=1) + 0.1
        if even:
            noise = np.full_like(noise, np.median(noise[full]) if full.any() else 1.0)
        # Blurred pixels err together, about four at a time.
        scale = full / (4.0 * noise)
        return normal * scale[:, None, None], right.transpose(1, 0, 2) * scale[:, None]

    def _cut(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (c, k, pixels) of (k, height, width)."""
        k, height, width = pictures.shape
        cells = pictures.reshape(k, height // _CELL, _CELL, width // _CELL, _CELL)
        return cells.transpose(1, 3, 0, 2, 4).reshape(-1, k, _CELL * _CELL)


@dataclass(frozen=True)
class Smoothed:
    """Rotation in every frame since the first and its standard deviation; the scatter of it."""

    rotation_deg: FloatArray
    sd_deg: FloatArray
    scatter_deg: float


def smoothed(
    frames: NDArray[np.intp],
    seen_deg: FloatArray,
    sd_deg: FloatArray,
    settled: BoolArray,
    count: int,
) -> Smoothed:
    """Return what rotations seen in some pictures say of every frame.

    A Gaussian process with a steady course (Matérn, 3/2), whose scatter and reach are those of the
    `settled` pictures themselves. Pictures that depart from what the others say (a lid, the first
    ones under fast film) count less, by Cauchy's law.
    """
    step = float(np.median(np.diff(frames)))
    sd = np.maximum(sd_deg, 0.02)
    weight = np.ones(len(seen_deg))
    every = np.arange(count)
    for _ in range(6):
        noise = sd**2 / weight
        w = settled / (noise + _USUAL_DEG**2)
        off = seen_deg - np.average(seen_deg, weights=w)
        scatter2 = max(float(np.average(off**2 - noise, weights=w)), 0.0)
        spread2 = max(scatter2, _USUAL_DEG**2)
        alike = float(np.average(off[1:] * off[:-1], weights=np.sqrt(w[1:] * w[:-1]))) / spread2
        reach = step / float(np.interp(-alike, -_alike(_AWAY, 1.0), _AWAY))
        near = spread2 * _alike(frames[:, None] - frames, reach)
        gain = np.linalg.inv(near + np.diag(noise))
        # What each picture should show by the others alone (leave one out).
        alone = off - (gain @ off) / np.diag(gain)
        expected = 1.0 / np.diag(gain) - noise + sd**2
        weight = 1.0 / (1.0 + (off - alone) ** 2 / (4.0 * expected))
    across = spread2 * _alike(every[:, None] - frames, reach)
    found = across @ (gain @ off)
    # Error of each frame's rotation less the first one's.
    told = across @ gain
    own = spread2 - (told * across).sum(axis=1)
    first = spread2 * _alike(every - every[0], reach) - told[0] @ across.T
    variance = own + first[0] - 2.0 * first
    return Smoothed(found - found[0], np.sqrt(np.maximum(variance, 0.0)), float(np.sqrt(scatter2)))


_AWAY = np.linspace(0.1, 4.0, 79)
"""Distances between pictures, in multiples of how far the eye's rotation is alike."""


def _alike(away: NDArray[np.integer] | FloatArray, reach: float) -> FloatArray:
    u = np.sqrt(3.0) * np.abs(away) / reach
    alike: FloatArray = (1.0 + u) * np.exp(-u)
    return alike
