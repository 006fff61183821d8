"""Pictures of a shot, and the video with its truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.simulate.gaze import Pose
from easytear.simulate.instruments.camera import Camera
from easytear.simulate.instruments.empty import EmptyRecording
from easytear.simulate.instruments.film import STEP_NM, Sheet, colour_table
from easytear.simulate.instruments.globe import PAD, paint_globe, tint
from easytear.simulate.instruments.mirror import paint_lit, paint_mirror
from easytear.simulate.instruments.posture import (
    closure,
    limbus,
    lower_lid,
    moments,
    posture,
    stretches,
    upper_margin,
)
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.instruments.skin import Lashes, paint_skin
from easytear.simulate.instruments.truth import make_truth
from easytear.simulate.noise import Float32Array
from easytear.simulate.timing import Stretch
from easytear.simulate.truth import Truth
from easytear.video import VideoWriter

PUPIL_LIGHT = 0.006
SCLERA_FILM = 0.12
"""Share of the film's reflection that the conjunctiva returns."""


class Recording:
    """Pictures of a shot with an eye, at any time."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._motion = posture(shot)
        self._limbus, self._low = limbus(shot), lower_lid(shot)
        self._globe, self._skin = paint_globe(shot), paint_skin(shot)
        self._mirror, self._lit = paint_mirror(shot), paint_lit(shot)
        self._lashes, self._camera = Lashes(shot), Camera(shot)
        self._stretches = stretches(shot)
        self._sheets: dict[int, Sheet] = {}
        grey = shot.recorder.grey
        self._colours = colour_table(shot.layer.n_lipid, grey=grey)
        size = (shot.recorder.height_px, shot.recorder.width_px)
        yy, xx = np.mgrid[: size[0], : size[1]].astype(np.float32)
        self._xx, self._yy = xx, yy

    def picture(self, time_s: float) -> ByteArray:
        """Return the (height, width, 3) red-green-blue picture at a time."""
        shot = self._shot
        hand, eye = self._motion.hand_at(time_s), self._motion.eye_at(time_s)
        head_x, head_y = _back(hand, self._xx, self._yy)
        eye_x, eye_y = _back(eye, head_x, head_y)
        closed = closure(shot.fissure.blinks, time_s)
        light = _look(self._globe, eye_x + PAD, eye_y + PAD)
        if shot.subject == "shut":
            closed = 1.0
        if closed < 0.97:
            cover = self._put_pupil(light, eye_x, eye_y, time_s)
            self._add_film(light, eye_x, eye_y, time_s, cover)
            half_x, half_y = (0.5 * (a + b) for a, b in ((head_x, eye_x), (head_y, eye_y)))
            light += _look(self._mirror, half_x + PAD, half_y + PAD)
        self._put_lids(light, head_x, head_y, eye_x, eye_y, closed)
        self._lashes.draw(light, closed, _matrix(hand))
        return self._camera.develop(light, time_s, time_s - self._stretch(time_s).open_s)

    def _stretch(self, time_s: float) -> Stretch:
        for stretch in reversed(self._stretches):
            if time_s >= stretch.start_s:
                return stretch
        return self._stretches[0]

    def _sheet(self, stretch: Stretch) -> Sheet:
        if stretch.number not in self._sheets:
            self._sheets = {stretch.number: Sheet(self._shot, stretch.motion)}
        return self._sheets[stretch.number]

    def _add_film(
        self,
        light: Float32Array,
        eye_x: Float32Array,
        eye_y: Float32Array,
        time_s: float,
        pupil: Float32Array,
    ) -> None:
        shot = self._shot
        if shot.lamp.film <= 0:
            return
        thick = np.zeros_like(eye_x)
        if shot.layer.present:
            thick = self._sheet(self._stretch(time_s)).thickness(eye_x, eye_y, time_s)
        index = np.clip(thick * np.float32(1 / STEP_NM), 0, len(self._colours) - 1)
        colour = np.take(self._colours, index.astype(np.int32), axis=0)
        lit = _look(self._lit, eye_x + PAD, eye_y + PAD)
        edge = self._limbus
        level = np.hypot((eye_x - edge.x_px) / edge.rx_px, (eye_y - edge.y_px) / edge.ry_px)
        rough = 1 - (1 - SCLERA_FILM) * np.clip((level - 0.97) / 0.06, 0, 1)
        rough = rough * (1 - np.float32(1 - shot.lamp.over_pupil) * pupil)
        light += colour * (np.float32(shot.lamp.film) * lit * rough)[..., None]

    def _put_pupil(
        self, light: Float32Array, eye_x: Float32Array, eye_y: Float32Array, time_s: float
    ) -> Float32Array:
        """Darken the pupil, in place; return where it is, 0 to 1."""
        globe, mm, edge = self._shot.globe, self._shot.recorder.mm_per_px, self._limbus
        radius = 0.5 * globe.pupil_mm / mm * self._motion.pupil_at(time_s)
        x = edge.x_px + globe.pupil_dx_mm / mm
        y = edge.y_px + globe.pupil_dy_mm / mm
        pose = self._motion.pose(time_s)
        at = pose.to_image(np.array([[x, y]]))[0]
        soft = max(0.09 / mm, 1.2)
        low = np.maximum(np.floor(at - radius - soft - 1), 0).astype(int)
        high = np.maximum(np.ceil(at + radius + soft + 2), 0).astype(int)
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        cover = np.zeros_like(eye_x)
        away = np.hypot(eye_x[box] - np.float32(x), eye_y[box] - np.float32(y))
        cover[box] = np.clip(0.5 - (away - np.float32(radius)) / np.float32(soft), 0, 1)
        light[box] += cover[box][..., None] * (np.float32(PUPIL_LIGHT) - light[box])
        return cover

    def _put_lids(
        self,
        light: Float32Array,
        head_x: Float32Array,
        head_y: Float32Array,
        eye_x: Float32Array,
        eye_y: Float32Array,
        closed: float,
    ) -> None:
        shot, mm = self._shot, self._shot.recorder.mm_per_px
        columns = np.linspace(-PAD, shot.recorder.width_px + PAD, 400)
        margin = np.interp(head_x[0], columns, upper_margin(shot, columns, closed))
        over = margin[None, :].astype(np.float32) - head_y
        dx = eye_x - np.float32(self._low.x0_px)
        line = np.float32(self._low.y0_px) + dx * np.float32(self._low.tilt)
        under = eye_y - (line - np.float32(self._low.curve_per_px) * dx * dx)
        skin = _look(self._skin, head_x + PAD, head_y + PAD)
        # The lid that comes down unrolls: its skin is smoother and catches more light.
        upper = skin * np.float32(1 + 0.15 * closed)
        rim_mm = np.float32(0.9 / mm)
        rim = tint(0.25, grey=shot.recorder.grey) * np.float32(shot.fissure.skin_light * 1.15)
        thick = np.clip(1 - np.abs(under / rim_mm - 0.5) * 2, 0, 1)[..., None]
        lower = skin * (1 - 0.6 * thick) + rim * 0.6 * thick
        shade = 1 - np.float32(0.45) * _exp(np.minimum(over, 0) * np.float32(mm / 0.7))
        light *= shade[..., None]
        wet = _exp(-(((under + np.float32(0.06 / mm)) * np.float32(mm / 0.05)) ** 2))
        light += (np.float32(0.18) * wet)[..., None]
        _cover(light, lower, under, 1.2)
        _cover(light, upper, over, 1.6)


def _exp(x: Float32Array) -> Float32Array:
    return np.asarray(cv2.exp(x), np.float32)


def _cover(light: Float32Array, skin: Float32Array, away: Float32Array, soft: float) -> None:
    """Lay skin over what lies beyond a margin, in place; only rows that have such are touched."""
    rows = np.flatnonzero(away.max(axis=1) > -soft)
    if len(rows) == 0:
        return
    part = np.s_[rows[0] : rows[-1] + 1]
    share = np.clip(away[part] / np.float32(soft) + np.float32(0.5), 0, 1)[..., None]
    light[part] += share * (skin[part] - light[part])


def _back(pose: Pose, x: Float32Array, y: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Return where image points come from: the pose undone."""
    angle = np.deg2rad(pose.rotation_deg)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx = x - np.float32(pose.centre_px[0] + pose.dx_px)
    dy = y - np.float32(pose.centre_px[1] + pose.dy_px)
    there_x = c * dx + s * dy + np.float32(pose.centre_px[0])
    there_y = c * dy - s * dx + np.float32(pose.centre_px[1])
    return there_x, there_y


def _matrix(pose: Pose) -> FloatArray:
    at = pose.to_image(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    return np.column_stack([at[1] - at[0], at[2] - at[0], at[0]])


def _look(picture: Float32Array, x: Float32Array, y: Float32Array) -> Float32Array:
    looked = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(looked, np.float32)


def pictures(shot: Shot, progress: Progress = SILENT) -> Iterator[ByteArray]:
    """Yield the (height, width, 3) red-green-blue pictures, each as often as the file has it."""
    with_eye = shot.subject in ("eye", "shut")
    recording = Recording(shot) if with_eye else EmptyRecording(shot)
    times, shown = moments(shot)
    last: tuple[float, ByteArray] | None = None
    for number, moment in enumerate(shown):
        progress.update(number, len(times), "rendering")
        if last is None or last[0] != moment:
            last = (float(moment), recording.picture(float(moment)))
        yield last[1]


def record(shot: Shot, video: Path, progress: Progress = SILENT) -> Truth:
    """Render a shot into a video file with its truth beside it, as `easytear.simulate` does."""
    truth, recorder = make_truth(shot), shot.recorder
    times, _ = moments(shot)
    turns = recorder.rotation_deg // 90
    size = (recorder.width_px, recorder.height_px)
    stored = size[::-1] if turns % 2 else size
    fps = recorder.fps * (2 if recorder.doubled else 1)
    with VideoWriter(
        video, *stored, fps=fps, crf=float(recorder.crf), rotation_deg=recorder.rotation_deg
    ) as writer:
        for picture, time_s in zip(pictures(shot, progress), times, strict=True):
            lying = np.rot90(picture[..., ::-1], -turns)
            writer.write(np.ascontiguousarray(lying), float(time_s))
    truth.save(video)
    return truth
