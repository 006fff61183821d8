"""A film with known truth, as tracking and segmentation would report it."""

from dataclasses import dataclass

import numpy as np

from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks

MM_PER_PX = 0.02
LID_Y_PX = 430.0
FRONT_MM = 0.8
START_S = 10.0


@dataclass(frozen=True)
class Film:
    """Speed grows with height up to the front; one lambda for all heights."""

    rho_mm: float = 3.0
    lambda_s: float = 0.9
    delay_s: float = 0.08
    drift_mm_s: float = 0.0
    seconds: float = 6.0
    fps: float = 30.0
    tracks: int = 300
    noise_px: float = 0.6
    common_px: float = 0.2
    front_from: int = 10
    seed: int = 0

    @property
    def time_s(self):
        return START_S + np.arange(int(self.seconds * self.fps)) / self.fps

    @property
    def onset_s(self):
        return START_S + self.delay_s

    def share(self, height_mm):
        return np.minimum(0.4 + 0.6 * np.asarray(height_mm) / FRONT_MM, 1.0)

    def rise_mm(self, height_mm, time_s):
        since = np.maximum(time_s - self.onset_s, 0.0)
        law = self.rho_mm * (1 - np.exp(-since / self.lambda_s)) + self.drift_mm_s * since
        return self.share(height_mm) * law

    @property
    def zone_rho_mm(self):
        """Mean amplitude 0 to 0.3 mm below the front."""
        return self.rho_mm * float(self.share(np.linspace(0.5, 0.8, 61)).mean())

    def _wander(self, rng):
        n = len(self.time_s)
        return np.cumsum(rng.normal(size=n)) * self.common_px / np.sqrt(self.fps)

    def observe(self):
        """Return (time_s, tracks, front)."""
        rng = np.random.default_rng(self.seed)
        common = self._wander(rng)
        time_s, n = self.time_s, len(self.time_s)
        rows = []
        for number in range(self.tracks):
            born = rng.choice([0, 3, 6, 11, 18, 30])
            frame = np.arange(born, min(n, born + 6 + int(rng.exponential(60))))
            height = rng.uniform(0.1, 1.5)
            x = np.full(len(frame), rng.uniform(60, 580))
            walk = np.cumsum(rng.normal(size=len(frame))) * self.noise_px / np.sqrt(self.fps)
            up = (height + self.rise_mm(height, time_s[frame])) / MM_PER_PX
            y = LID_Y_PX - up + walk + 0.3 * rng.normal(size=len(frame)) + common[frame]
            rows.append((np.full(len(frame), number), frame, x, y))
        track, frame, x, y = (np.concatenate(part) for part in zip(*rows, strict=True))
        still = np.zeros(len(x))
        sd = np.full(len(x), self.noise_px)
        seen = np.ones(len(x), dtype=bool)
        tracks = FilmTracks(track, frame, x, y, still, still, sd, seen)
        return time_s, tracks, self._front(rng, common)

    def _front(self, rng, common):
        x = np.arange(40.0, 600.0, 8.0)
        ragged = 0.1 * np.sin(x / 30)
        up = FRONT_MM + ragged + self.rise_mm(FRONT_MM, self.time_s)[:, None]
        y = LID_Y_PX - up / MM_PER_PX + rng.normal(size=up.shape) + common[:, None]
        y[: self.front_from] = np.nan
        y[60:, :20] = np.nan
        seen = np.isfinite(y)
        return FilmFront(x, y, np.where(seen, 1.0, np.nan), seen)


def still_tracks(seed=0, count=150, n=150, step_px=0.3, fps=30.0):
    """Return points that only wander, with the eye's error and errors of their own."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(size=n)) * step_px / np.sqrt(fps)
    frame = np.tile(np.arange(n), count)
    track = np.repeat(np.arange(count), n)
    walk = np.cumsum(rng.normal(size=(count, n)), axis=1) * step_px / np.sqrt(fps)
    y = rng.uniform(300, 420, count)[:, None] + walk + common
    x = np.repeat(rng.uniform(60, 580, count), n)
    still = np.zeros(len(x))
    seen = np.ones(len(x), dtype=bool)
    tracks = FilmTracks(track, frame, x, y.ravel(), still, still, np.full(len(x), 0.3), seen)
    return START_S + np.arange(n) / fps, tracks


def no_front(n):
    """Return a front that was seen nowhere."""
    x = np.arange(40.0, 600.0, 8.0)
    nothing = np.full((n, len(x)), np.nan)
    return FilmFront(x, nothing, nothing, np.zeros(nothing.shape, dtype=bool))
