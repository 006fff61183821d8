"""One walk through an interval: which pictures are looked at, and when points are born."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.base.stabilized import StabilisedFrames
from easytear.request.settings.film import TrackSettings
from easytear.track.births import find_new
from easytear.track.match import Looks, Picture
from easytear.track.neighbours import median_of, neighbours
from easytear.track.picture import FilmPictures, Scale, trust
from easytear.track.points import Follower, Log, Points, window_of
from easytear.track.still import StillLayer

# New points are looked for at these times after the interval's start, then at even distances.
# The first ones are not at the very start, where the still pattern is the only sharp one.
_BIRTHS_S = (
    0.1,
    0.2,
    0.28,
    0.36,
    0.44,
    0.52,
    0.6,
    0.7,
    0.8,
    0.9,
    1.0,
    1.2,
    1.4,
    1.7,
    2.0,
    2.5,
    3.0,
)
_BIRTHS_EVERY_S = 0.6
# Share of a cell's failures that is remembered from one birth to the next.
_FORGET = 0.6
# Points born until then are also followed back to the start.
_BACKWARD_S = 0.65
# Pictures are kept for so long, to tell what has moved from what has not; and film has moved when
# it has gone so far (mm), which is more than its texture is wide.
_PAST_S = 3.0
_ELSEWHERE_MM = 0.15
# While the film is fast: time between pictures.
_FAST_STEP_S = 1.0 / 30.0
# The film may move so far (mm) between two pictures: half of what a prediction may be wrong by.
_STEP_MM = 0.045


class FilmWalk:
    """Follows film points through one interval, looking at each frame once, in rising order.

    Parameters
    ----------
    frames : StabilisedFrames
        The interval.
    film_mask : (H, W) bool array
        Where film texture can be trusted.
    lower_edge_px : (W,) float array
        Lower border of the exposed cornea.
    mm_per_px : float
        Scale of the frames.
    settings : TrackSettings
        How points are followed.
    """

    def __init__(
        self,
        frames: StabilisedFrames,
        film_mask: BoolArray,
        lower_edge_px: FloatArray,
        mm_per_px: float,
        settings: TrackSettings,
        eye_sd_px: float = 0.0,
    ) -> None:
        self.scale = Scale.for_frames(mm_per_px)
        self.log = Log()
        self._eye_sd = eye_sd_px / self.scale.factor
        self.visited: list[int] = []
        self._frames = frames
        self._settings = settings
        self._time = np.asarray(frames.time_s) - frames.time_s[0]
        self._trust = trust(film_mask, self.scale)
        near = near_film(film_mask, lower_edge_px, mm_per_px)
        self._maker = FilmPictures(trust(near, self.scale) > 0, self.scale, settings.highpass_mm)
        self._spacing = max(int(self.scale.px(settings.spacing_mm)), 2)
        height, width = self._trust.shape
        self._failed = np.zeros((height // self._spacing, width // self._spacing))
        self._kept: list[tuple[int, ByteArray]] = []
        self._count = 0
        self._window = window_of(self.scale, settings)
        self._births = list(_BIRTHS_S)
        self._textures: dict[int, FloatArray] = {}
        self._newborn: list[tuple[int, Points]] | None = []

    def run(self, look: Callable[[int], None] | None = None, progress: Progress = SILENT) -> Log:
        """Walk through the interval and return what was measured.

        Parameters
        ----------
        look : callable, optional
            Called with each frame looked at, so that others can take what they need on the way.
        progress : Progress
            Told how far the walk is.
        """
        n = len(self._frames)
        self._set_gain()
        picture = self._picture(0)
        ready = Picture.of(picture)
        none = np.zeros((0, 2))
        looks = Looks.take(ready, none, self._window)
        points = Points.new(np.zeros(0, int), none, none, looks, 0.0)
        forward = Follower(self._trust, self.scale, self._settings, points, self.log)
        forward.begin(0.0, ready)
        frame = 0
        while frame < n:
            time_s = float(self._time[frame])
            if frame:
                picture = self._picture(frame)
                ready = Picture.of(picture)
                forward.step(frame, time_s, ready)
            self._remember(frame, picture)
            if frame and time_s >= self._births[0]:
                self._birth(forward, frame, picture, ready)
            if look is not None:
                look(frame)
            self.visited.append(frame)
            progress.update(frame + 1, n, "following the film")
            frame = self._next(frame, forward.points)
        self._back()
        return self.log

    def _picture(self, frame: int) -> ByteArray:
        texture = self._textures.pop(frame, None)
        if texture is None:
            texture = self._maker.texture(self._frames.grey(frame))
        return self._maker.picture(self._still.without(texture))

    def _set_gain(self) -> None:
        early = np.flatnonzero((self._time > 0.1) & (self._time < 1.5))
        early = early[early < self._frames.early]
        if not len(early):
            early = np.arange(len(self._time))
        sample = early[np.unique(np.linspace(0, len(early) - 1, 24).astype(int))]
        textures = [self._maker.texture(self._frames.grey(int(f))) for f in sample]
        self._still = StillLayer(textures, self._time[sample], self._maker.near, self._eye_sd)
        self._maker.set_gain([self._still.without(t) for t in textures[::3]])
        self._textures = dict(zip(sample.tolist(), textures, strict=True))

    def _remember(self, frame: int, picture: ByteArray) -> None:
        """Keep the first pictures, to follow back into, then a few of the past, and the last."""
        time = self._time
        self._kept.append((frame, picture))
        if time[frame] > _BACKWARD_S:
            self._back()
            kept = [self._kept[-1]]
            for earlier in reversed(self._kept[:-1]):
                gap = _PAST_S / 8 if earlier is not self._kept[-2] else 0.0
                if time[kept[-1][0]] - time[earlier[0]] >= gap:
                    kept.append(earlier)
            self._kept = [k for k in reversed(kept) if time[frame] - time[k[0]] <= _PAST_S]

    def _past(self, points: Points) -> ByteArray:
        """Return the latest picture kept in which the film was elsewhere, or the oldest."""
        now = float(self._time[self._kept[-1][0]])
        speed = np.hypot(*points.velocity.T)
        usual = float(np.quantile(speed, 0.7)) if len(speed) >= 5 else np.inf
        for frame, picture in reversed(self._kept[:-1]):
            if usual * (now - self._time[frame]) > self.scale.px(_ELSEWHERE_MM):
                return picture
        return self._kept[0][1]

    def _next(self, frame: int, points: Points) -> int:
        """Return the next frame to look at: so soon that the film has not moved far."""
        step_s = _FAST_STEP_S
        if self._time[frame] >= self._settings.dense_s:
            step_s = self._settings.late_step_s
            if len(points) >= 5:
                speed = float(np.quantile(np.hypot(*points.velocity.T), 0.9))
                step_s = min(step_s, self.scale.px(_STEP_MM) / max(speed, 1e-6))
            step_s = max(step_s, _FAST_STEP_S)
        # The nearest frame to the time wanted, so that jittered times keep their rhythm.
        wanted = self._time[frame] + step_s
        after = int(np.searchsorted(self._time, wanted))
        if 0 < after < len(self._time) and (
            wanted - self._time[after - 1] < self._time[after] - wanted
        ):
            after -= 1
        # The last frame is always looked at, so that tracks reach the interval's end.
        return max(min(after, len(self._time) - 1), frame + 1)

    def _birth(self, forward: Follower, frame: int, picture: ByteArray, ready: Picture) -> None:
        time_s = float(self._time[frame])
        while self._births and self._births[0] <= time_s:
            due = self._births.pop(0)
            if not self._births:
                self._births.append(due + _BIRTHS_EVERY_S)
        taken = forward.points.xy
        self._count_failed(forward)
        most = self._settings.most_points - len(taken)
        places = find_new(
            picture,
            self._past(forward.points),
            self._trust,
            taken,
            self._spacing,
            most,
            self._failed,
        )
        if len(places) == 0:
            return
        new = self._born(places, frame, forward.points, ready)
        self.log.add(frame, new.ident, new.xy, np.zeros(len(new)), new.keys)
        if self._newborn is not None:
            self._newborn.append((frame, new.keep(np.ones(len(new), bool))))
        forward.add(new)

    def _count_failed(self, forward: Follower) -> None:
        """Count points that failed since the last birth in their cells; forget by and by."""
        self._failed *= _FORGET
        for xy in forward.failed:
            cell = (xy / self._spacing).astype(int)
            on = (cell >= 0).all(axis=1) & (cell < self._failed.shape[::-1]).all(axis=1)
            np.add.at(self._failed, (cell[on, 1], cell[on, 0]), 1.0)
        forward.failed.clear()

    def _born(self, places: FloatArray, frame: int, others: Points, ready: Picture) -> Points:
        ident = np.arange(self._count, self._count + len(places))
        self._count += len(places)
        self.log.born_s += [float(self._time[frame])] * len(places)
        velocity = self._first_velocity(places, others)
        looks = Looks.take(ready, places, self._window)
        return Points.new(ident, places, velocity, looks, float(self._time[frame]))

    def _first_velocity(self, places: FloatArray, others: Points) -> FloatArray:
        """Return the velocity that new points start with: their neighbours', else dense flow."""
        (before, previous), (frame, picture) = self._kept[-2], self._kept[-1]
        dt = float(self._time[frame] - self._time[before])
        velocity = np.full(places.shape, np.nan)
        if len(others) >= 30:
            middle, _ = median_of(others.velocity, neighbours(places, others.xy, 6))
            velocity = middle
        unknown = np.isnan(velocity[:, 0])
        if unknown.any():
            flow = dense_flow(picture, previous, self.scale.px(0.25))
            x, y = np.rint(places[unknown]).astype(int).T
            velocity[unknown] = -flow[y, x] / dt
        return velocity

    def _back(self) -> None:
        """Follow the points born so far back to the interval's start, all together; once."""
        if self._newborn is None:
            return
        born = dict(self._newborn)
        self._newborn = None
        back: Follower | None = None
        for frame, before in reversed(self._kept):
            new = born.get(frame)
            if back is None and new is None:
                continue
            picture, time_s = Picture.of(before), float(self._time[frame])
            if back is None:
                assert new is not None
                back = Follower(self._trust, self.scale, self._settings, new, self.log)
                back.begin(time_s, picture)
                continue
            back.step(frame, time_s, picture)
            if new is not None:
                back.points = back.points.with_more(new)


def near_film(film_mask: BoolArray, lower_edge_px: FloatArray, mm_per_px: float) -> BoolArray:
    """Return the mask of what may enter a match: film and 0.1 mm around, not the lower lid."""
    radius = max(1, round(0.1 / mm_per_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    near = cv2.dilate(film_mask.astype(np.uint8), kernel) > 0
    rows = np.arange(film_mask.shape[0])[:, None]
    known = np.isfinite(lower_edge_px)
    limit = np.where(known, lower_edge_px, np.inf)
    result: BoolArray = near & (rows < limit[None, :])
    return result


def dense_flow(start: ByteArray, stop: ByteArray, smooth_px: float) -> FloatArray:
    """Return the flow (h, w, 2) in pixels from one picture to another, robustly smoothed.

    Dense inverse search (Kroeger et al. 2016), which needs no guess; smoothed by a median.
    """
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flow = np.asarray(method.calc(start, stop, np.zeros((*start.shape, 2), np.float32)))
    shrink = 8
    size = (max(1, flow.shape[1] // shrink), max(1, flow.shape[0] // shrink))
    small = cv2.resize(flow, size, interpolation=cv2.INTER_AREA)
    width = 5 if smooth_px / shrink >= 2.0 else 3
    planes = [cv2.medianBlur(np.ascontiguousarray(small[:, :, k]), width) for k in (0, 1)]
    whole = (flow.shape[1], flow.shape[0])
    return np.dstack([cv2.resize(p, whole, interpolation=cv2.INTER_LINEAR) for p in planes])
