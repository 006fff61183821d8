"""The truth as a method sees it: in eye coordinates of the frame where *it* began an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.simulate import TrueInterval, Truth


@dataclass(frozen=True)
class Reference:
    """One true interval, seen from a first frame that need not be the true one.

    Attributes
    ----------
    truth : Truth
        Of the video.
    interval : TrueInterval
        The true interval.
    first_frame : int
        Where the method's interval, and so its eye coordinates, begin.
    """

    truth: Truth
    interval: TrueInterval
    first_frame: int

    def to_image(self, eye_px: FloatArray, frame: int) -> FloatArray:
        """Return points (n, 2) in the method's eye coordinates in the image of a frame."""
        still = self.truth.pose_at(self.first_frame).to_eye(np.asarray(eye_px, dtype=float))
        return self.truth.pose_at(frame).to_image(still)

    def moved(self, eye_px: FloatArray, from_frame: int, to_frame: int) -> FloatArray:
        """Return where (n, 2) film points of `from_frame` are in `to_frame`, eye coordinates."""
        pose, time = self.truth.pose_at(self.first_frame), self.truth.time_s
        motion = self.interval.motion
        material = motion.inverse(pose.to_eye(np.asarray(eye_px)), float(time[from_frame]))
        return pose.to_image(motion.forward(material, float(time[to_frame])))

    def eye_motion(self, frames: FloatArray) -> FloatArray:
        """Return (n, 3) dx_px, dy_px, rotation_deg of the eye in frames since the first."""
        truth, first = self.truth, self.first_frame
        at = truth.pupil[first : first + 1, :2]
        moved = np.array([self.to_image(at, int(f))[0] - at[0] for f in frames])
        turned = truth.pose[np.asarray(frames, dtype=int), 2] - truth.pose[first, 2]
        return np.column_stack([moved, turned])

    def front(self, frame: int) -> FloatArray:
        """Return the true front (n, 2) in the method's eye coordinates."""
        time = float(self.truth.time_s[frame])
        moved = self.interval.motion.forward(self.interval.front_px, time)
        return self.truth.pose_at(self.first_frame).to_image(moved)

    def front_visible(self, frame: int) -> BoolArray:
        """Return which points of `front` can be seen."""
        return self.truth.front_visible(frame)


def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    """Return how many frames two stretches (first and last frame inside) share."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]) + 1)


def matched(found: list[tuple[int, int]], true: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pairs (index in found, index in true) of stretches, the greatest overlap first."""
    pairs = [
        (overlap(a, b), i, j)
        for i, a in enumerate(found)
        for j, b in enumerate(true)
        if overlap(a, b) > 0
    ]
    out: list[tuple[int, int]] = []
    for _, i, j in sorted(pairs, reverse=True):
        if all(i != a and j != b for a, b in out):
            out.append((i, j))
    return sorted(out)
