"""Follow one point on from where a person put it, with the program's own tracker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from easytear.annotate.interpolate import CarriesFilm
from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.request.settings import Settings
from easytear.track.match import follow
from easytear.track.picture import FilmPictures, Scale

MM_PER_PX = 1.0 / 57.0
"""Scale where none is known: an iris of 11.7 mm that fills a 668 px frame."""

_GATE_MM = 0.2


class PointFollower:
    """Follows a point through a video as recorded, from picture to picture.

    The point is matched against its look in the picture where the person put it, until it has
    moved `key_distance_mm`, exactly as the program's tracks are. Where the program's film is
    known it says where to look; else the point's last step does.

    Parameters
    ----------
    read : callable
        Gives the (height, width) brightness of a frame.
    frame_count : int
        Frames of the video.
    mm_per_px : float or None
        Scale.
    settings : Settings
        The tracker's settings are used.
    film : FilmMotion, optional
        The program's film.
    """

    def __init__(
        self,
        read: Callable[[int], ByteArray],
        frame_count: int,
        mm_per_px: float | None,
        settings: Settings,
        film: CarriesFilm | None = None,
    ) -> None:
        self._read = read
        self._count = frame_count
        self._settings = settings.tracks
        self._scale = Scale.for_frames(mm_per_px or MM_PER_PX)
        self._film = film
        self._maker: FilmPictures | None = None

    def run(
        self, place: FloatArray, start: int, stop: int, progress: Progress = SILENT
    ) -> tuple[NDArray[np.int_], FloatArray]:
        """Follow a point from frame `start` to frame `stop` (earlier or later).

        Returns
        -------
        frames : (n,) int array
            The frames after the first in which it was found, up to where it was lost.
        places : (n, 2) float array
            Image coordinates.
        """
        step = 1 if stop >= start else -1
        wanted = range(start, min(max(stop, 0), self._count - 1), step)
        self._prepare(start)
        key = self._picture(start)
        key_at = at = self._scale.to_working(np.asarray(place, dtype=float))
        velocity = np.zeros(2)
        found: list[FloatArray] = []
        for done, frame in enumerate(wanted):
            progress.update(done, len(wanted), f"following to frame {frame + step}")
            picture = self._picture(frame + step)
            guess = self._guess(at, velocity, frame, step)
            there = self._match(key, picture, key_at, guess)
            if there is None:
                break
            velocity, at = there - at, there
            found.append(self._scale.to_frame(at))
            if np.hypot(*(at - key_at)) > self._scale.px(self._settings.key_distance_mm):
                key, key_at = picture, at
        frames = start + step * np.arange(1, len(found) + 1)
        return frames, np.array(found, dtype=float).reshape(-1, 2)

    def _prepare(self, frame: int) -> None:
        shape = self._scale.shrink(self._read(frame)).shape
        near = np.ones(shape, dtype=bool)
        self._maker = FilmPictures(near, self._scale, self._settings.highpass_mm)
        self._maker.set_gain([self._maker.texture(self._read(frame))])

    def _picture(self, frame: int) -> ByteArray:
        assert self._maker is not None
        return self._maker.picture(self._maker.texture(self._read(frame)))

    def _guess(self, at: FloatArray, velocity: FloatArray, frame: int, step: int) -> FloatArray:
        if self._film is not None:
            here = self._scale.to_frame(at)
            there: FloatArray = self._film.carry(here[None], frame, frame + step)[-1, 0]
            if np.isfinite(there).all():
                return self._scale.to_working(there)
        return at + velocity

    def _match(
        self, key: ByteArray, picture: ByteArray, key_at: FloatArray, guess: FloatArray
    ) -> FloatArray | None:
        window = 2 * int(self._scale.px(self._settings.window_mm) / 2) + 1
        there, back = follow(key, picture, key_at[None], guess[None], window)
        height, width = picture.shape
        near = np.hypot(*(there[0] - guess)) < self._scale.px(_GATE_MM)
        inside = 0 <= there[0, 0] <= width - 1 and 0 <= there[0, 1] <= height - 1
        if back[0] < self._scale.px(self._settings.check_mm) and near and inside:
            result: FloatArray = there[0]
            return result
        return None
