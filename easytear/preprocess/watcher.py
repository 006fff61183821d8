"""One look at the whole video: what each frame tells of the lids and of the pupil."""

from __future__ import annotations

import math
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, Ellipse, FloatArray
from easytear.preprocess.blinks import find_blinks, intervals_between
from easytear.preprocess.discs import dark_discs
from easytear.preprocess.events import find_events, outside
from easytear.preprocess.lid_view import LidView
from easytear.preprocess.lids import LidSignal, lid_signal
from easytear.preprocess.light import blank_frames
from easytear.preprocess.locate import WANDER, EyeLocation
from easytear.preprocess.motion import PupilTrace, follow_eye
from easytear.preprocess.pupil import (
    RAYS,
    SAMPLES,
    PupilFit,
    fit_pupil,
    mean_radius,
    ray_profiles,
)
from easytear.preprocess.records import Blink, Event, EyeInInterval, Interval
from easytear.preprocess.reflections import without_reflections
from easytear.preprocess.tint import tint_cells, tint_changes
from easytear.request.settings import Settings


class EyeWatcher:
    """Sees every frame of a video once, in order, and then tells blinks, intervals and eye motion.

    A frame leaves behind about 8 kB: a small picture for the lids, and brightness along rays
    across the pupil's edge.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the frames in pixels.
    settings : Settings, optional
        Its groups `blinks` and `eye` are used; defaults without it.
    location : EyeLocation, optional
        Where the eye is in this video, and how large; without it any pupil will do.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        settings: Settings | None = None,
        location: EyeLocation | None = None,
    ) -> None:
        self.shape = shape
        self._location = location
        self._settings = settings or Settings()
        self._view = LidView.of(location, shape)
        self._cells: list[NDArray[np.uint8]] = []
        self._profiles: list[NDArray[np.uint8]] = []
        self._fits: list[tuple[float, float, float, float, float]] = []
        self._sharpness: list[float] = []
        self._tints: list[tuple[int, ByteArray]] = []
        self._last: PupilFit | None = None
        self._recent: deque[tuple[float, float]] = deque(maxlen=300)
        self._lost = 0
        self._signal: LidSignal | None = None

    def __len__(self) -> int:
        """Return the number of frames seen."""
        return len(self._cells)

    def extend(self, later: EyeWatcher) -> None:
        """Take in what another watcher saw of the frames that follow."""
        self._tints += [(len(self) + frame, tint) for frame, tint in later._tints]
        self._cells += later._cells
        self._profiles += later._profiles
        self._fits += later._fits
        self._sharpness += later._sharpness
        self._last, self._recent, self._lost = later._last, later._recent, later._lost
        self._signal = None

    def add(self, grey: ByteArray, colour: ByteArray | None = None) -> None:
        """See the next frame, (height, width) uint8, deinterlaced where needed.

        `colour` is the same frame in blue, green, red; one in `tint.EVERY_S` is enough.
        """
        if colour is not None:
            self._tints.append((len(self), tint_cells(colour, self._view.box)))
        half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        self._cells.append(self._view.cells(grey))
        self._sharpness.append(float(cv2.meanStdDev(cv2.Laplacian(half, cv2.CV_16S))[1][0, 0]) ** 2)
        if self._location is not None and self._location.reflections:
            grey = without_reflections(grey, self._location.valid)
        fit = self._find(grey)
        self._signal = None
        if fit is None:
            self._fits.append((math.nan,) * 5)
            self._profiles.append(np.zeros((RAYS, SAMPLES), np.uint8))
            return
        ellipse = fit.ellipse
        radius = mean_radius(ellipse)
        self._fits.append((ellipse.x_px, ellipse.y_px, radius, fit.support, fit.contrast))
        self._profiles.append(ray_profiles(grey, ellipse.x_px, ellipse.y_px, radius))

    def _find(self, grey: ByteArray) -> PupilFit | None:
        """Return the pupil: near the last one, else anywhere."""
        fit = None
        if self._location is not None and self._location.pupil is None:
            return None
        if self._last is not None:
            fit = fit_pupil(grey, self._last.ellipse, near=True)
            if fit is not None and not self._alike(fit):
                fit = None
        if fit is None and self._worth_searching():
            fit = self._search(grey)
        if fit is None:
            self._lost += 1
            return None
        self._lost = 0
        if fit.support > 0.7:
            self._last = fit
            self._recent.append((mean_radius(fit.ellipse), fit.contrast))
        return fit

    def _worth_searching(self) -> bool:
        # The search costs several frames' work. While lids are shut, a look at every third
        # frame is enough: the fit about the last place finds an eye that opens again.
        return self._last is None or self._lost < 3 or self._lost % 3 == 0

    def _search(self, grey: ByteArray) -> PupilFit | None:
        """Return the best pupil anywhere that can be this video's."""
        usual = self._usual_pupil()
        found = self._location.pupil if self._location is not None else None
        radius = usual[0] if usual is not None else None
        if radius is None and found is not None:
            radius = mean_radius(found)
        x0, y0, part, valid = 0, 0, grey, None
        if found is not None and self._location is not None:
            # A pupil's width beyond where the eye may look: a fit needs its surroundings.
            reach = (WANDER + 2.0) * mean_radius(found)
            x0, y0 = max(int(found.x_px - reach), 0), max(int(found.y_px - reach), 0)
            box = np.s_[y0 : int(found.y_px + reach) + 1, x0 : int(found.x_px + reach) + 1]
            part, valid = grey[box], self._location.valid[box]
        between = None if radius is None else (0.65 * radius, 1.5 * radius)
        for disc in dark_discs(part, valid, between):
            fit = PupilFit(disc.ellipse.moved(x0, y0), disc.fit.support, disc.fit.contrast)
            if self._alike(fit):
                return fit
        return None

    def _usual_pupil(self) -> tuple[float, float] | None:
        """Return radius and contrast of the pupil seen so far; None before it is known.

        What passes for a pupil on shut lids never has the contrast of one: the darker half of
        what was seen decides.
        """
        if len(self._recent) < 5:
            return None
        known = np.array(self._recent)
        strong = known[known[:, 1] > 0.5 * known[:, 1].max()]
        if len(strong) < 5:
            return None
        radius, contrast = np.median(strong, axis=0)
        return float(radius), float(contrast)

    def _alike(self, fit: PupilFit) -> bool:
        """Return whether it can be the pupil seen so far (early on: whether it looks like one)."""
        if fit.support < 0.4 or fit.contrast <= 2.0 or not self._in_place(fit.ellipse):
            return False
        usual = self._usual_pupil()
        # A pupil of far more contrast than anything so far is the first real one.
        if usual is None or fit.contrast > 2.0 * usual[1]:
            return True
        like = 0.6 * usual[0] < mean_radius(fit.ellipse) < 1.5 * usual[0]
        return like and fit.contrast > 0.3 * usual[1]

    def _in_place(self, pupil: Ellipse) -> bool:
        """Return whether the eye can have its pupil there, and of that size."""
        if self._location is None:
            return True
        usual = self._location.pupil
        if usual is None:
            return False
        radius = mean_radius(usual)
        apart = float(np.hypot(pupil.x_px - usual.x_px, pupil.y_px - usual.y_px))
        return apart < WANDER * radius and 0.5 < mean_radius(pupil) / radius < 1.6

    @property
    def sharpness(self) -> FloatArray:
        """(n,) variance of the Laplacian at half size, grey levels squared; grows with focus."""
        return np.array(self._sharpness)

    @property
    def trace(self) -> PupilTrace:
        """The pupil as fitted frame by frame."""
        fits = np.array(self._fits, float).reshape(-1, 5)
        return PupilTrace(*fits.T)

    def lids(self, time_s: FloatArray) -> LidSignal:
        """Return how far the lids cover the eye in each frame."""
        if self._signal is None:
            cells = np.stack(self._cells)
            blank = blank_frames(cells, self._view.valid)
            self._signal = lid_signal(cells, self.trace, time_s, self._view, blank)
        return self._signal

    @property
    def _no_eye(self) -> bool:
        return self._location is not None and self._location.pupil is None

    def blinks(self, time_s: FloatArray) -> list[Blink]:
        """Return the blinks; `time_s` are the frames' presentation times, (n,)."""
        if self._no_eye:
            return []
        return find_blinks(self.lids(time_s), time_s, self._settings.blinks)

    def events(self, time_s: FloatArray) -> list[Event]:
        """Return what happened to light, focus and frames; none of it is a blink."""
        if self._no_eye:
            return [Event("no_eye", 0, len(self) - 1)]
        cells, valid = np.stack(self._cells), self._view.valid
        blinks = self.blinks(time_s)
        frames, tints = [f for f, _ in self._tints], [t for _, t in self._tints]
        tinted = tint_changes(tints, frames, time_s, outside(blinks, len(cells)))
        return find_events(cells, blinks, time_s, valid, tinted)

    def intervals(self, time_s: FloatArray) -> list[Interval]:
        """Return the intervals between blinks that are long enough to analyse."""
        return intervals_between(self.blinks(time_s), time_s, self._settings.blinks)

    def eye(self, interval: Interval) -> EyeInInterval:
        """Return pupil and eye motion in an interval, from a joint fit over its frames."""
        frames = slice(interval.start_frame, interval.end_frame + 1)
        profiles = np.stack(self._profiles[frames])
        trace = self.trace
        return follow_eye(
            profiles, trace.part(frames), trace.usual(), self.shape, self._settings.eye
        )
