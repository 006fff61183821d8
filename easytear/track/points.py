"""Film points: found, followed from key frames, checked, born again."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.request.settings.film import TrackSettings
from easytear.track.match import Looks, Picture, Window, match
from easytear.track.neighbours import contradicts, gradients, median_of, neighbours
from easytear.track.picture import Scale

IntArray = NDArray[np.int_]

_NEIGHBOURS = 10
# Floor of the normalised median test: what sub-pixel matching may differ by, in mm (0.7 px on
# the public clip).
_FLOOR_MM = 0.012
# A measured point may differ from its prediction by so much (mm) before it counts as lost.
_GATE_MM = 0.09
# Points that moved less than this (mm) cannot be told from points that stand still.
_STILL_MM = 0.025


@dataclass
class Log:
    """What was measured: one entry for each picture looked at.

    `born_s` holds each point's birth; `stuck` holds (point, from_s, to_s): times in which a
    point stood still while the film moved.
    """

    frame: list[int] = field(default_factory=list)
    ident: list[IntArray] = field(default_factory=list)
    xy: list[FloatArray] = field(default_factory=list)
    back: list[FloatArray] = field(default_factory=list)
    keys: list[IntArray] = field(default_factory=list)
    born_s: list[float] = field(default_factory=list)
    stuck: list[tuple[int, float, float]] = field(default_factory=list)

    def add(
        self, frame: int, ident: IntArray, xy: FloatArray, back: FloatArray, keys: IntArray
    ) -> None:
        """Add the points measured in one frame, with how many keys they have used so far."""
        self.frame.append(frame)
        self.ident.append(ident.copy())
        self.xy.append(xy.copy())
        self.back.append(back.copy())
        self.keys.append(keys.copy())


@dataclass
class Points:
    """The points followed now; all arrays of length n, positions and speeds in working pixels.

    `looks` is what they looked like in their key pictures, `stretch` (n, 2, 2) how the film
    around them has been stretched since, `anchor_*` where and when they last were judged, and how
    far the film had gone by then.
    """

    ident: IntArray
    xy: FloatArray
    velocity: FloatArray
    key_xy: FloatArray
    keys: IntArray
    seen_s: FloatArray
    anchor_xy: FloatArray
    anchor_s: FloatArray
    anchor_way: FloatArray
    stretch: FloatArray
    looks: Looks

    @classmethod
    def new(
        cls, ident: IntArray, xy: FloatArray, velocity: FloatArray, looks: Looks, time_s: float
    ) -> Points:
        """Return points born in one frame."""
        n = len(ident)
        return cls(
            ident,
            xy.copy(),
            velocity.copy(),
            xy.copy(),
            np.zeros(n, int),
            np.full(n, time_s),
            xy.copy(),
            np.full(n, time_s),
            np.zeros(n),
            np.tile(np.eye(2), (n, 1, 1)),
            looks,
        )

    def __len__(self) -> int:
        return len(self.ident)

    def keep(self, which: BoolArray) -> Points:
        """Return those points for which `which` is True."""
        arrays = {name: getattr(self, name)[which] for name in _arrays()}
        return replace(self, **arrays, looks=self.looks.keep(which))

    def with_more(self, more: Points) -> Points:
        """Return these points and more."""
        arrays = {n: np.concatenate([getattr(self, n), getattr(more, n)]) for n in _arrays()}
        return replace(self, **arrays, looks=self.looks.with_more(more.looks))

    def look_again(self, which: BoolArray | IntArray, picture: Picture, window: Window) -> None:
        """Take a new look of some points, where they are now, as their key."""
        self.looks.put(which, Looks.take(picture, self.xy[which], window))
        self.key_xy[which] = self.xy[which]
        self.keys[which] += 1
        self.stretch[which] = np.eye(2)


def _arrays() -> list[str]:
    return [f.name for f in fields(Points) if f.name != "looks"]


class Follower:
    """Follows points from picture to picture, in either direction of time.

    Parameters
    ----------
    trust : (h, w) uint8 array
        Working pixels where film can be followed, 0 or 255.
    scale : Scale
        Working pixels.
    settings : TrackSettings
        How points are followed.
    points : Points
        Points to begin with.
    log : Log
        Where measurements go.

    Attributes
    ----------
    failed : list of (n, 2) float arrays
        Where points were lost or stood still.
    """

    def __init__(
        self, trust: ByteArray, scale: Scale, settings: TrackSettings, points: Points, log: Log
    ) -> None:
        self.points = points
        self.failed: list[FloatArray] = []
        self._log = log
        self._trust = trust
        self._settings = settings
        self._window = window_of(scale, settings)
        self._check = scale.px(settings.check_mm)
        self._gate = scale.px(_GATE_MM)
        self._floor = scale.px(_FLOOR_MM)
        self._still = scale.px(_STILL_MM)
        self._key_distance = scale.px(settings.key_distance_mm)
        self._last: tuple[float, Picture] | None = None
        self._way = 0.0

    def begin(self, time_s: float, picture: Picture) -> None:
        """Take the picture in which the first points were found."""
        self._last = (time_s, picture)

    def add(self, more: Points) -> None:
        """Follow more points, born in the last picture."""
        more.anchor_way = np.full(len(more), self._way)
        self.points = self.points.with_more(more)

    def step(self, frame: int, time_s: float, picture: Picture) -> None:
        """Follow all points into the next picture (later or earlier than the last)."""
        assert self._last is not None
        points, dt = self.points, time_s - self._last[0]
        if len(points):
            near = neighbours(points.xy, points.xy, _NEIGHBOURS)
            found, back = self._measure(picture, dt, near)
            good = np.isfinite(back)
            before = points.xy
            self._move(found, good, dt, time_s, near)
            self._way += _film_step(points.xy[good] - before[good])
            self._log.add(frame, points.ident[good], found[good], back[good], points.keys[good])
            far = np.hypot(*(points.xy - points.key_xy).T) > self._key_distance
            if (good & far).any():
                points.look_again(good & far, picture, self._window)
            lost = np.abs(time_s - points.seen_s) > self._settings.bridge_s
            lost |= ~inside(self._trust, points.xy) & ~good
            self.failed.append(points.xy[lost])
            self.points = points.keep(~lost & ~self._stands_still(time_s))
        self._last = (time_s, picture)

    def _measure(
        self, picture: Picture, dt: float, near: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return positions (n, 2) and check distances (n,), infinite where not measured."""
        points = self.points
        guess = points.xy + points.velocity * dt
        growth = np.eye(2) + dt * gradients(points.velocity, points.xy, near)
        before, points.stretch = points.stretch, growth @ points.stretch
        found, back = match(points.looks, picture, guess, points.stretch, self._window)
        bad = ~self._plausible(found, back, guess)
        bad |= self._odd(found, ~bad, near)
        if dt < 0 and bad.mean() > 0.5:
            self._at_rest(picture, found, back, bad, before)
            bad |= self._odd(found, ~bad, near)
        if bad.any():
            self._retry(picture, found, back, bad, near)
        back[bad] = np.inf
        return found, back

    def _at_rest(
        self,
        picture: Picture,
        found: FloatArray,
        back: FloatArray,
        bad: BoolArray,
        stretch: FloatArray,
    ) -> None:
        """Measure failed points again where they were: before its onset, film rests.

        Followed backwards it stops from one picture to the next, and is then as far from where it
        is predicted as it just went in one step.
        """
        points = self.points
        which = np.flatnonzero(bad)
        looks = points.looks.keep(which)
        xy, away = match(looks, picture, points.xy[which], stretch[which], self._window)
        good = self._plausible(xy, away, points.xy[which])
        hit = which[good]
        found[hit], back[hit], bad[hit] = xy[good], away[good], False
        points.stretch[hit] = stretch[hit]

    def _retry(
        self,
        picture: Picture,
        found: FloatArray,
        back: FloatArray,
        bad: BoolArray,
        near: IntArray,
    ) -> None:
        """Measure failed points again, from where their neighbours say that they should be.

        By the key's look first, then by the last picture's, in which fewer things have changed.
        """
        assert self._last is not None
        points = self.points
        step = np.where(bad[:, None], np.nan, found - points.xy)
        middle, _ = median_of(step, near)
        fresh = points.seen_s == self._last[0]
        for again in (False, True):
            ask = bad & np.isfinite(middle[:, 0]) & (fresh | (not again))
            which = np.flatnonzero(ask)
            if len(which) == 0:
                return
            looks, stretch = points.looks.keep(which), points.stretch[which]
            if again:
                looks = Looks.take(self._last[1], points.xy[which], self._window)
                stretch = np.tile(np.eye(2), (len(which), 1, 1))
            guess = points.xy[which] + middle[which]
            xy, away = match(looks, picture, guess, stretch, self._window)
            odd = contradicts(
                xy - points.xy[which], middle[which], np.zeros(len(which)), self._floor
            )
            good = self._plausible(xy, away, guess) & ~odd
            hit = which[good]
            found[hit], back[hit], bad[hit] = xy[good], away[good], False
            if again:
                points.looks.put(hit, looks.keep(good))
                points.key_xy[hit], points.stretch[hit] = points.xy[hit], np.eye(2)
                points.keys[hit] += 1

    def _plausible(self, found: FloatArray, back: FloatArray, guess: FloatArray) -> BoolArray:
        near = np.hypot(*(found - guess).T) < self._gate
        return np.asarray((back < self._check) & near & inside(self._trust, found))

    def _odd(self, found: FloatArray, good: BoolArray, near: IntArray) -> BoolArray:
        steps = found - self.points.xy
        middle, spread = median_of(np.where(good[:, None], steps, np.nan), near)
        return contradicts(steps, middle, spread, self._floor)

    def _move(
        self, found: FloatArray, good: BoolArray, dt: float, time_s: float, near: IntArray
    ) -> None:
        """Move points to where they were found, or, where not, with their neighbours."""
        points = self.points
        measured = (found - points.xy) / dt
        gone = np.abs(time_s - points.seen_s)
        # A step's speed counts in full over 0.1 s, so that matching noise does not build up.
        weight = np.clip(gone / 0.1, 0.35, 1.0)[:, None]
        middle, _ = median_of(np.where(good[:, None], measured, np.nan), near)
        own = points.velocity + weight * (measured - points.velocity)
        other = np.where(np.isfinite(middle), middle, points.velocity)
        points.xy = np.where(good[:, None], found, points.xy + other * dt)
        points.velocity = np.where(good[:, None], own, other)
        points.seen_s = np.where(good, time_s, points.seen_s)

    def _stands_still(self, time_s: float) -> BoolArray:
        """Return points that stand still while the film moves.

        Film moves together. Where at least five points, about all of those that move, go the
        same way, a point that has gone less than a tenth of what the film has gone since it was
        judged last is iris, lash or noise, or film right at the lid, which tells nothing about
        the spread. A point is judged as soon as film has gone far enough to tell. (Film's way in
        the same time, and not its speed: before its onset, film stands still, too.)
        """
        points = self.points
        gone = np.abs(time_s - points.anchor_s)
        still = np.zeros(len(points), bool)
        away = points.xy - points.anchor_xy
        way = self._way - points.anchor_way
        going = (way > 2.0 * self._still) & (np.hypot(*away.T) > 3.0 * self._still)
        due = gone > 0.2
        if going.sum() >= 5:
            share = away[going] / way[going, None]
            middle = np.median(share, axis=0)
            usual = float(np.hypot(*middle))
            if np.median(np.hypot(*(share - middle).T)) < 0.7 * usual:
                film = usual * way
                due |= film > 4.0 * self._still
                still = due & (np.hypot(*away.T) < np.maximum(self._still, 0.1 * film))
                # While film is too slow for 0.2 s to tell, nothing stands still.
                still &= film > 2.0 * self._still
        for i in np.flatnonzero(still):
            since = float(points.anchor_s[i])
            end = np.inf if time_s > since else -np.inf
            self._log.stuck.append((int(points.ident[i]), min(since, end), max(since, end)))
        points.anchor_xy[due] = points.xy[due]
        points.anchor_s[due] = time_s
        points.anchor_way[due] = self._way
        self.failed.append(points.xy[still])
        return np.asarray(still)


def _film_step(steps: FloatArray) -> float:
    """Return how far the film went in one step (n, 2) of all points, up to half of them stuck."""
    total = steps.sum(axis=0)
    length = float(np.hypot(*total))
    if len(steps) < 5 or length == 0.0:
        return 0.0
    return max(float(np.quantile(steps @ (total / length), 0.7)), 0.0)


def window_of(scale: Scale, settings: TrackSettings) -> Window:
    """Return the window in which points are matched."""
    return Window(2 * int(scale.px(settings.window_mm) / 2) + 1)


def inside(mask: ByteArray, xy: FloatArray) -> BoolArray:
    """Return which points (n, 2) lie on the mask."""
    x, y = np.rint(xy).astype(int).T
    height, width = mask.shape
    on = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    on[on] = mask[y[on], x[on]] > 0
    return np.asarray(on)
