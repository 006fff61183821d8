"""What is exactly true of a simulated video, stored beside it as .truth.json and .truth.npz.

Coordinates are those of the results format: image coordinates of a frame, eye coordinates
(image coordinates of the interval's first frame), heights in mm upwards. Frames of an
interlaced video are described at the time of their even lines, which is `time_s`.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from easytear.base.errors import EasyTearError
from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.results import atomic_write, write_text
from easytear.simulate.gaze import Pose
from easytear.simulate.holes import TrueHole
from easytear.simulate.motion import FilmMotion
from easytear.simulate.truth_records import (
    Law,
    TrueBlink,
    TrueEvent,
    TrueInterval,
    laws_at,
    mean_law,
)

SCHEMA = "easytear-truth/1"
ZONE_MM = 0.3
"""Depth of the headline zone: the material this far below the front at onset."""
FRONT_LEVEL = 0.9
"""The front counts as visible within this share of the limbus' radius."""

Coordinates = Literal["image", "eye"]


@dataclass(frozen=True)
class Truth:
    """The truth of one simulated video.

    Attributes
    ----------
    name, seed : str, int
        Scene it belongs to.
    time_s : (n,) float array
        Presentation times of the frames.
    opening : (n,) float array
        Share of the lid's opening, 1 at rest.
    is_blink : (n,) bool array
        True while the lid is more than a tenth of its way down.
    pose : (n, 3) float array
        The eye's dx_px, dy_px, rotation_deg against the simulator's eye frame.
    pupil : (n, 5) float array
        Pupil ellipse in image coordinates: x, y, rx, ry, angle.
    has_eye : bool
        False where the video shows no open eye at all; what is told of one then means nothing.
    difficulty : int or None
        0 easy, 1 usual, 2 hard, where the scene has degrees.
    events : tuple of TrueEvent
        Changes of light and focus.
    rim_in_view : tuple of float
        For each interval, the share of the limbus in the picture and between the lids; empty
        where it was not worked out.
    holes : tuple of TrueHole
        Where the film breaks, in order of time.
    """

    name: str
    seed: int
    width_px: int
    height_px: int
    fps: float
    mm_per_px: float
    hvid_mm: float
    time_s: FloatArray
    opening: FloatArray
    is_blink: BoolArray
    pose: FloatArray
    pupil: FloatArray
    centre_px: tuple[float, float]
    eye_limbus: Ellipse
    upper_lid_px: FloatArray
    blinks: tuple[TrueBlink, ...]
    intervals: tuple[TrueInterval, ...]
    has_eye: bool = True
    difficulty: int | None = None
    events: tuple[TrueEvent, ...] = ()
    rim_in_view: tuple[float, ...] = ()
    holes: tuple[TrueHole, ...] = ()

    # --- where things are -------------------------------------------------------------------

    def interval_of(self, frame: int) -> TrueInterval | None:
        """Return the interval that a frame lies in, None in a blink."""
        for interval in self.intervals:
            if interval.start_frame <= frame <= interval.end_frame:
                return interval
        return None

    def pose_at(self, frame: int) -> Pose:
        """Return the eye's pose in a frame."""
        dx, dy, rotation = self.pose[frame]
        return Pose(float(dx), float(dy), float(rotation), self.centre_px)

    def pupil_at(self, frame: int) -> Ellipse:
        """Return the pupil in image coordinates of a frame."""
        return Ellipse(*(float(v) for v in self.pupil[frame]))

    def limbus_at(self, frame: int) -> Ellipse:
        """Return the limbus in image coordinates of a frame."""
        edge, pose = self.eye_limbus, self.pose_at(frame)
        x, y = pose.to_image(np.array([[edge.x_px, edge.y_px]]))[0]
        return Ellipse(float(x), float(y), edge.rx_px, edge.ry_px, pose.rotation_deg)

    def image_to_eye(self, points_px: FloatArray, frame: int) -> FloatArray:
        """Return image points (n, 2) of a frame in eye coordinates of the frame's interval."""
        first = self._first(frame)
        return self.pose_at(first).to_image(self.pose_at(frame).to_eye(np.asarray(points_px)))

    def eye_to_image(self, points_px: FloatArray, frame: int) -> FloatArray:
        """Return points (n, 2) in eye coordinates of the frame's interval in the image."""
        first = self._first(frame)
        return self.pose_at(frame).to_image(self.pose_at(first).to_eye(np.asarray(points_px)))

    def eye_motion(self, interval: TrueInterval) -> FloatArray:
        """Return (n, 3) dx_px, dy_px, rotation_deg of the eye since the interval's first frame.

        The shift is that of the cornea at the pupil's centre in that frame: the pupil's own
        movement against the iris, when its size changes, is no part of it.
        """
        first = interval.start_frame
        at_first = self.pupil[first : first + 1, :2]
        rows = []
        for frame in range(first, interval.end_frame + 1):
            moved = self.eye_to_image(at_first, frame)[0] - at_first[0]
            rows.append([*moved, self.pose[frame, 2] - self.pose[first, 2]])
        return np.asarray(rows)

    def _first(self, frame: int) -> int:
        interval = self.interval_of(frame)
        if interval is None:
            raise EasyTearError(f"Frame {frame} lies in a blink and has no eye coordinates.")
        return interval.start_frame

    # --- the film ---------------------------------------------------------------------------

    def displace(
        self,
        points_px: FloatArray,
        from_frame: int,
        to_frame: int,
        coordinates: Coordinates = "eye",
    ) -> FloatArray:
        """Return the displacement (n, 2) in px of the film points that are at `points_px`.

        Parameters
        ----------
        points_px : (n, 2) array
            Where the points are in `from_frame`.
        from_frame, to_frame : int
            Frames of the same interval.
        coordinates : {"eye", "image"}
            Coordinates of the points and of the answer. In eye coordinates the eye's own
            motion is no part of it.
        """
        points = np.asarray(points_px, dtype=np.float64)
        interval = self.interval_of(from_frame)
        if interval is None or self.interval_of(to_frame) is not interval:
            raise EasyTearError(f"Frames {from_frame} and {to_frame} share no open interval.")
        begin = self.pose_at(interval.start_frame if coordinates == "eye" else from_frame)
        end = self.pose_at(interval.start_frame if coordinates == "eye" else to_frame)
        material = interval.motion.inverse(begin.to_eye(points), float(self.time_s[from_frame]))
        moved = interval.motion.forward(material, float(self.time_s[to_frame]))
        return end.to_image(moved) - points

    def front_at(self, frame: int) -> FloatArray:
        """Return the front (n, 2) in eye coordinates, x rising; empty where there is no film."""
        interval = self.interval_of(frame)
        if interval is None or not interval.film_visible:
            return np.empty((0, 2))
        moved = interval.motion.forward(interval.front_px, float(self.time_s[frame]))
        return self.pose_at(interval.start_frame).to_image(moved)

    def front_visible(self, frame: int) -> BoolArray:
        """Return which points of `front_at` lie in the picture, on the iris, off the pupil."""
        front = self.front_at(frame)
        if len(front) == 0:
            return np.zeros(0, dtype=bool)
        image = self.eye_to_image(front, frame)
        inside = (image[:, 0] >= 0) & (image[:, 0] <= self.width_px - 1)
        inside &= (image[:, 1] >= 0) & (image[:, 1] <= self.height_px - 1)
        edge, pupil = self.limbus_at(frame), self.pupil_at(frame)
        visible: BoolArray = inside & (edge.level(image[:, 0], image[:, 1]) < FRONT_LEVEL)
        return visible & (pupil.level(image[:, 0], image[:, 1]) > 1.1)

    def region(self, interval: TrueInterval) -> FloatArray:
        """Return the exposed cornea (k, 2) in eye coordinates: limbus between the resting lids."""
        edge = self.limbus_at(interval.start_frame).points(360)
        pose = self.pose_at(interval.start_frame)
        eye = pose.to_eye(edge)
        low = interval.motion.lid.y_px(eye[:, 0])
        eye[:, 1] = np.minimum(eye[:, 1], low)
        points = pose.to_image(eye)
        top = np.interp(points[:, 0], np.arange(self.width_px), self.upper_lid_px)
        points[:, 0] = np.clip(points[:, 0], 0, self.width_px - 1)
        points[:, 1] = np.clip(np.maximum(points[:, 1], top), 0, self.height_px - 1)
        return points

    def region_mask(self, interval: TrueInterval) -> BoolArray:
        """Return the same as a (height, width) mask."""
        mask = np.zeros((self.height_px, self.width_px), np.uint8)
        cv2.fillPoly(mask, [np.round(self.region(interval)).astype(np.int32)], 1)
        return mask.astype(bool)

    def area_mm2(self, frame: int) -> float:
        """Return the exposed cornea below the front, in mm^2 (NaN in a blink or without film)."""
        interval, front = self.interval_of(frame), self.front_at(frame)
        if interval is None or len(front) == 0:
            return float("nan")
        height = np.interp(np.arange(self.width_px), front[:, 0], front[:, 1])
        below = np.arange(self.height_px)[:, None] >= height[None, :]
        return float((below & self.region_mask(interval)).sum() * self.mm_per_px**2)

    # --- the law ----------------------------------------------------------------------------

    def law_at(self, points_px: FloatArray, interval: TrueInterval) -> FloatArray:
        """Return (n, 3) rho_mm, lambda_s, drift_mm_s of the film that is at points at onset."""
        material = self.pose_at(interval.start_frame).to_eye(np.asarray(points_px, dtype=float))
        return laws_at(interval.motion, material)

    def headline(self, interval: TrueInterval, zone_mm: float = ZONE_MM) -> Law:
        """Return the mean law of the material down to `zone_mm` below the visible front."""
        front = interval.front_px[self._columns(interval)]
        depths = (np.arange(8) + 0.5) / 8.0 * zone_mm / self.mm_per_px
        points = np.concatenate([front + np.array([0.0, depth]) for depth in depths])
        heights = interval.motion.height_mm(points[:, 0], points[:, 1])
        return mean_law(interval.motion, points[heights > 0])

    def front_law(self, interval: TrueInterval) -> Law:
        """Return the mean law of the front's visible columns."""
        return mean_law(interval.motion, interval.front_px[self._columns(interval)])

    def _columns(self, interval: TrueInterval) -> BoolArray:
        """Return the front's columns that can be seen in the interval's first second."""
        stop = interval.start_frame + int(self.fps)
        visible = np.zeros(len(interval.front_px), dtype=bool)
        for frame in range(interval.start_frame, min(stop, interval.end_frame) + 1, 5):
            visible |= self.front_visible(frame)
        return visible if visible.any() else np.ones_like(visible)

    # --- files ------------------------------------------------------------------------------

    def save(self, video: Path) -> None:
        """Store the truth beside the video."""
        json_path, npz_path = truth_paths(video)
        arrays: dict[str, Any] = {
            "time_s": self.time_s,
            "opening": self.opening.astype(np.float32),
            "is_blink": self.is_blink,
            "pose": self.pose,
            "pupil": self.pupil,
            "upper_lid_px": self.upper_lid_px.astype(np.float32),
        }
        for interval in self.intervals:
            arrays[f"front_{interval.index}"] = interval.front_px
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        with atomic_write(npz_path) as aside:
            aside.write_bytes(buffer.getvalue())
        write_text(json_path, json.dumps(self._plain(), indent=1) + "\n")

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"schema": SCHEMA}
        for name in ("name", "seed", "width_px", "height_px", "fps", "mm_per_px", "hvid_mm"):
            plain[name] = getattr(self, name)
        plain["centre_px"] = list(self.centre_px)
        plain["eye_limbus"] = asdict(self.eye_limbus)
        plain["blinks"] = [asdict(blink) for blink in self.blinks]
        plain |= {"has_eye": self.has_eye, "difficulty": self.difficulty}
        plain["events"] = [asdict(event) for event in self.events]
        plain["rim_in_view"] = list(self.rim_in_view)
        plain["holes"] = [one.to_dict() for one in self.holes]
        plain["intervals"] = []
        for interval in self.intervals:
            plain["intervals"].append(
                {
                    "index": interval.index,
                    "start_frame": interval.start_frame,
                    "end_frame": interval.end_frame,
                    "blink_before": asdict(interval.blink_before)
                    if interval.blink_before
                    else None,
                    "film_visible": interval.film_visible,
                    "law_visible": interval.law_visible,
                    "headline": asdict(self.headline(interval)) if interval.law_visible else None,
                    "front": asdict(self.front_law(interval)) if interval.law_visible else None,
                    "motion": interval.motion.to_dict(),
                }
            )
        return plain

    @classmethod
    def load(cls, video: Path) -> Truth:
        """Read the truth beside a video.

        Raises
        ------
        EasyTearError
            If there is none or it cannot be read.
        """
        json_path, npz_path = truth_paths(video)
        try:
            plain = json.loads(json_path.read_text(encoding="utf-8"))
            with np.load(npz_path) as stored:
                arrays = {name: stored[name] for name in stored.files}
            if plain["schema"] != SCHEMA:
                raise ValueError(plain["schema"])
            return cls(
                **{n: plain[n] for n in ("name", "seed", "width_px", "height_px", "fps")},
                mm_per_px=plain["mm_per_px"],
                hvid_mm=plain["hvid_mm"],
                centre_px=(plain["centre_px"][0], plain["centre_px"][1]),
                eye_limbus=Ellipse(**plain["eye_limbus"]),
                blinks=tuple(TrueBlink(**one) for one in plain["blinks"]),
                intervals=tuple(_interval(one, arrays) for one in plain["intervals"]),
                has_eye=plain.get("has_eye", True),
                difficulty=plain.get("difficulty"),
                events=tuple(TrueEvent(**one) for one in plain.get("events", ())),
                rim_in_view=tuple(plain.get("rim_in_view", ())),
                holes=tuple(TrueHole.from_dict(one) for one in plain.get("holes", ())),
                **{n: arrays[n] for n in ("time_s", "is_blink", "pose", "pupil")},
                opening=arrays["opening"].astype(np.float64),
                upper_lid_px=arrays["upper_lid_px"].astype(np.float64),
            )
        except (OSError, ValueError, KeyError, RecursionError) as error:
            raise EasyTearError(
                f"{json_path}: no readable truth beside this video; "
                "make one with 'easytear simulate'."
            ) from error


def truth_paths(video: Path) -> tuple[Path, Path]:
    """Return where the truth of a video is stored."""
    return video.with_suffix(".truth.json"), video.with_suffix(".truth.npz")


def _interval(one: dict[str, Any], arrays: dict[str, Any]) -> TrueInterval:
    before = one["blink_before"]
    return TrueInterval(
        index=one["index"],
        start_frame=one["start_frame"],
        end_frame=one["end_frame"],
        blink_before=TrueBlink(**before) if before else None,
        motion=FilmMotion.from_dict(one["motion"]),
        front_px=arrays[f"front_{one['index']}"],
        film_visible=one["film_visible"],
        law_visible=one["law_visible"],
    )
