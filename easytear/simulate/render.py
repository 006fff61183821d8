"""Rendering: a scene becomes frames, and frames with their truth become files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.optics import TABLE_STEP_NM, colour_table
from easytear.base.progress import SILENT, Progress
from easytear.simulate.camera import CameraModel
from easytear.simulate.encode import encode
from easytear.simulate.film import PAD_PX, FilmPattern
from easytear.simulate.gaze import Pose, limbus, make_gaze
from easytear.simulate.holes import opened
from easytear.simulate.iris import paint_eye, paint_outside, pupil_cover
from easytear.simulate.lids import (
    closure,
    lower_lid,
    paint_comb,
    paint_lashes,
    paint_skin,
    tremor_px,
    upper_lid_y,
)
from easytear.simulate.noise import Float32Array, look_up, soft_step
from easytear.simulate.scene import Scene
from easytear.simulate.timing import Stretch, film_stretches, frame_times
from easytear.simulate.truth import Truth
from easytear.simulate.truth_scene import make_truth

PUPIL_LIGHT = np.array([0.012, 0.017, 0.030], np.float32)
HALO_LIGHT = 0.20
MENISCUS_LIGHT = 0.25
BEHIND_COMB = np.float32(0.6)
"""Share of the lashes' mirror image that darkens the iris too."""
SCLERA_LOSS = 0.92
"""Share of the film's reflection that the flatter, rougher conjunctiva does not return."""


class Renderer:
    """Pictures of a scene at any time.

    Textures are painted once; those of an interval's film when its first picture is asked for.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        cam = scene.camera
        self._gaze = make_gaze(scene)
        self._limbus = limbus(scene)
        self._low = lower_lid(scene)
        self._eye = paint_eye(scene, PAD_PX)
        self._outside = paint_outside(scene, PAD_PX)
        self._camera = CameraModel(scene)
        self._comb = paint_comb(scene)
        self._lashes, self._lash_row = paint_lashes(scene)
        self._skins = (paint_skin(scene, 0), paint_skin(scene, 1))
        self._stretches = film_stretches(scene)
        self._films: dict[int, FilmPattern] = {}
        self._colours = colour_table()[1].astype(np.float32)
        yy, xx = np.mgrid[: cam.height_px, : cam.width_px].astype(np.float32)
        self._xx, self._yy = xx, yy

    def film(self, number: int) -> FilmPattern:
        """Return the painted film of a stretch, keeping only the latest."""
        if number not in self._films:
            self._films = {number: FilmPattern(self._scene, self._stretches[number].motion)}
        return self._films[number]

    def picture(self, time_s: float) -> ByteArray:
        """Return the (height, width, 3) red-green-blue picture at a time."""
        return self._camera.develop(self.light(time_s), time_s)

    def light(self, time_s: float) -> Float32Array:
        """Return the linear light that reaches the camera at a time, before the camera."""
        pose = self._gaze.pose(time_s)
        eye_x, eye_y = self._eye_coordinates(pose)
        stretch = self._stretch(time_s)
        off = look_up(self._outside, eye_x + PAD_PX, eye_y + PAD_PX)
        light = self._behind(eye_x, eye_y, time_s)
        light *= (1.0 - BEHIND_COMB * (1.0 - off) * (1.0 - self._comb))[..., None]
        mirrored = self._reflection(eye_x, eye_y, time_s, stretch)
        light = light + mirrored * (1.0 - np.float32(SCLERA_LOSS) * off[..., None])
        self._put_pupil(light, eye_x, eye_y, time_s)
        self._put_lower_lid(light, eye_x, eye_y)
        light = self._camera.focused(light, time_s - stretch.open_s)
        self._put_upper_lid(light, float(closure(self._scene, time_s)), time_s)
        return light

    def _stretch(self, time_s: float) -> Stretch:
        for stretch in reversed(self._stretches):
            if time_s >= stretch.start_s:
                return stretch
        return self._stretches[0]

    def _eye_coordinates(self, pose: Pose) -> tuple[Float32Array, Float32Array]:
        angle = np.deg2rad(pose.rotation_deg)
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        x = self._xx - np.float32(pose.centre_px[0] + pose.dx_px)
        y = self._yy - np.float32(pose.centre_px[1] + pose.dy_px)
        eye_x = c * x + s * y + np.float32(pose.centre_px[0])
        eye_y = c * y - s * x + np.float32(pose.centre_px[1])
        return eye_x, eye_y

    def _behind(self, eye_x: Float32Array, eye_y: Float32Array, time_s: float) -> Float32Array:
        """Return iris and sclera; the iris follows its pupil's edge as that moves."""
        shift_x, shift_y = self._iris_shift(time_s)
        return look_up(self._eye, eye_x - shift_x + PAD_PX, eye_y - shift_y + PAD_PX)

    def _iris_shift(self, time_s: float) -> tuple[Float32Array, Float32Array]:
        """Return how far the iris has moved (px, eye axes): none at the limbus."""
        rest, now = self._gaze.rest_pupil, self._gaze.pupil(time_s)
        x, y = self._xx[::8, ::8], self._yy[::8, ::8]
        dx, dy = x - rest.x_px, y - rest.y_px
        radius = np.hypot(dx, dy) + 1e-3
        reach = self._limbus.rx_px - rest.rx_px
        share = np.clip((radius - rest.rx_px) / reach, 0.0, 1.0)
        fall = (1.0 - share) ** 1.5
        grown = now.rx_px - rest.rx_px
        out_x = fall * (grown * dx / radius + now.x_px - rest.x_px)
        out_y = fall * (grown * dy / radius + now.y_px - rest.y_px)
        return self._full(out_x), self._full(out_y)

    def _full(self, coarse: FloatArray) -> Float32Array:
        eighth = np.float32(0.125)
        return look_up(coarse.astype(np.float32), self._xx * eighth, self._yy * eighth)

    def _reflection(
        self, eye_x: Float32Array, eye_y: Float32Array, time_s: float, stretch: Stretch
    ) -> Float32Array:
        """Return the lamp's light from the tear's surface; from bare aqueous without film."""
        if self._scene.film.present:
            thick = self.film(stretch.number).thickness(eye_x, eye_y, time_s)
            thick = opened(self._scene, stretch, thick, eye_x, eye_y, time_s)
        else:
            thick = np.zeros_like(eye_x)
        index = np.clip(thick * np.float32(1.0 / TABLE_STEP_NM), 0, len(self._colours) - 1)
        colour = np.take(self._colours, index.astype(np.int32), axis=0)
        strength = self._scene.film.strength * self._scene.camera.contrast
        light: Float32Array = colour * (np.float32(strength) * self._comb)[..., None]
        return light

    def _put_pupil(
        self, light: Float32Array, eye_x: Float32Array, eye_y: Float32Array, time_s: float
    ) -> None:
        """Cover the pupil and add the lamp's bright ring round it, in place."""
        pupil = self._gaze.pupil(time_s)
        pose = self._gaze.pose(time_s)
        reach = 2.6 * pupil.rx_px
        x, y = pose.to_image(np.array([[pupil.x_px, pupil.y_px]]))[0]
        rows = slice(max(int(y - reach), 0), max(int(y + reach), 0))
        columns = slice(max(int(x - reach), 0), max(int(x + reach), 0))
        ex, ey = eye_x[rows, columns], eye_y[rows, columns]
        part = light[rows, columns]
        if part.size == 0:
            return
        mm = self._scene.camera.mm_per_px
        away = (pupil.level(ex, ey) - 1.0) * pupil.rx_px * mm
        angle = np.arctan2(ey - pupil.y_px, ex - pupil.x_px)
        lean = 0.65 + 0.35 * np.cos(angle - 1.2 - 0.4 * self._scene.seed)
        halo = HALO_LIGHT * lean * np.exp(-((away / (0.42 * pupil.rx_px * mm)) ** 2))
        cover = pupil_cover(pupil, ex, ey, max(0.045 / mm, 0.8))[..., None]
        bright = part * (1.0 + 2.0 * halo[..., None]) + 0.6 * halo[..., None].astype(np.float32)
        light[rows, columns] = bright * (1.0 - cover) + PUPIL_LIGHT * cover

    def _put_lower_lid(self, light: Float32Array, eye_x: Float32Array, eye_y: Float32Array) -> None:
        mm = self._scene.camera.mm_per_px
        first = max(int(self._low.y_px(np.array([0.0, self._xx.shape[1] - 1.0])).min()) - 30, 0)
        if first >= self._xx.shape[0]:
            return
        ex, ey = eye_x[first:], eye_y[first:]
        under = (ey - self._low.y_px(ex)).astype(np.float32)
        cover = soft_step(under, 0.9)[..., None]
        skin = self._skins[1][first : first + len(ex)]
        wet = np.exp(-(((under + 0.05 / mm) / (0.035 / mm)) ** 2))[..., None]
        rim = 0.5 * np.exp(-np.maximum(under, 0.0) * mm / 0.25)[..., None]
        lid = skin * (1.0 + rim)
        part = light[first:]
        light[first:] = part * (1.0 - cover) + lid * cover + np.float32(MENISCUS_LIGHT * 0.4) * wet

    def _put_upper_lid(self, light: Float32Array, closed: float, time_s: float) -> None:
        height, width = self._xx.shape
        margin = upper_lid_y(self._scene, self._xx[0], closed) + tremor_px(self._scene, time_s)
        last = min(int(np.ceil(margin.max())) + 12, height)
        if last > 0:
            over = margin[None, :] - self._yy[:last]
            cover = soft_step(over, 1.6)[..., None]
            shift = int(np.clip(height - round(float(margin.mean())), 0, 40 + height - last))
            skin = self._skins[0][shift : shift + last]
            edge = 0.55 * np.exp(-np.maximum(over, 0.0) / (0.3 / self._scene.camera.mm_per_px))
            lid = skin * (1.0 - edge[..., None])
            light[:last] = light[:last] * (1.0 - cover) + lid * cover
        top = round(float(margin[width // 2])) - self._lash_row
        first, stop = max(top, 0), min(top + len(self._lashes), height)
        if stop > first:
            shade = self._lashes[first - top : stop - top, :, None]
            light[first:stop] = light[first:stop] * (1.0 - shade) + np.float32(0.02) * shade


def render_frames(scene: Scene, progress: Progress = SILENT) -> Iterator[ByteArray]:
    """Yield the scene's frames (height, width, 3), red-green-blue, one after the other."""
    renderer, times = Renderer(scene), frame_times(scene)
    half = 0.5 / scene.camera.fps
    for number, time_s in enumerate(times):
        progress.update(number, len(times), "rendering")
        picture = renderer.picture(float(time_s))
        if scene.camera.interlaced:
            picture[1::2] = renderer.picture(float(time_s) + half)[1::2]
        yield picture


def simulate(scene: Scene, video: Path, progress: Progress = SILENT) -> Truth:
    """Render a scene into a video file and store the truth beside it.

    Parameters
    ----------
    scene : Scene
        What to render.
    video : Path
        The file to write: its ending says the container (.mp4, .mkv, .avi, .mov).
        `<stem>.truth.json` and `<stem>.truth.npz` are written beside it.
    progress : Progress
        Told how many frames are done.

    Returns
    -------
    Truth
        What an analysis of the video should find.
    """
    truth = make_truth(scene)
    encode(render_frames(scene, progress), frame_times(scene), scene.camera, video)
    truth.save(video)
    return truth
