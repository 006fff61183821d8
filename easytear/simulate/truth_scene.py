"""The truth of a scene, worked out without rendering it."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.simulate.film import FilmPattern
from easytear.simulate.gaze import limbus, make_gaze
from easytear.simulate.holes import true_holes
from easytear.simulate.lids import BLINK_CLOSURE, COMPLETE_GAP, closure, upper_lid_y
from easytear.simulate.scene import Scene
from easytear.simulate.timing import film_stretches, frame_times
from easytear.simulate.truth import Truth
from easytear.simulate.truth_records import TrueBlink, TrueInterval


def make_truth(scene: Scene) -> Truth:
    """Return the truth of a scene; nothing is rendered."""
    times, gaze, cam = frame_times(scene), make_gaze(scene), scene.camera
    poses = [gaze.pose(float(t)) for t in times]
    pupils = []
    for time_s, pose in zip(times, poses, strict=True):
        pupil = gaze.pupil(float(time_s))
        x, y = pose.to_image(np.array([[pupil.x_px, pupil.y_px]]))[0]
        pupils.append([x, y, pupil.rx_px, pupil.ry_px, pose.rotation_deg])
    closed = closure(scene, times)
    is_blink = closed > BLINK_CLOSURE
    blinks = _blinks(closed, is_blink)
    return Truth(
        name=scene.name,
        seed=scene.seed,
        width_px=cam.width_px,
        height_px=cam.height_px,
        fps=cam.fps,
        mm_per_px=cam.mm_per_px,
        hvid_mm=scene.eye.hvid_mm,
        time_s=times,
        opening=1.0 - closed,
        is_blink=is_blink,
        pose=np.array([[p.dx_px, p.dy_px, p.rotation_deg] for p in poses]),
        pupil=np.asarray(pupils),
        centre_px=gaze.centre_px,
        eye_limbus=limbus(scene),
        upper_lid_px=upper_lid_y(scene, np.arange(cam.width_px, dtype=float), 0.0),
        blinks=blinks,
        intervals=_intervals(scene, is_blink, blinks, times),
        holes=true_holes(scene),
    )


def _runs(flags: BoolArray) -> list[tuple[int, int]]:
    """Return first and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _blinks(closed: FloatArray, is_blink: BoolArray) -> tuple[TrueBlink, ...]:
    """Return the blinks; complete is judged by the lid's way between frames, too."""
    found = []
    for first, last in _runs(is_blink):
        found.append(
            TrueBlink(first, last, bool(closed[first : last + 1].max() > 1.0 - COMPLETE_GAP))
        )
    return tuple(found)


def _intervals(
    scene: Scene, is_blink: BoolArray, blinks: tuple[TrueBlink, ...], times: FloatArray
) -> tuple[TrueInterval, ...]:
    stretches, found = film_stretches(scene), []
    for index, (first, last) in enumerate(_runs(~is_blink)):
        before = next((b for b in blinks if b.end_frame == first - 1), None)
        stretch = [s for s in stretches if s.start_s <= times[first]][-1]
        found.append(
            TrueInterval(
                index,
                first,
                last,
                before,
                stretch.motion,
                FilmPattern(scene, stretch.motion, paint=False).front_px,
                scene.film.present,
                scene.film.present and stretch.seen_from_onset,
            )
        )
    return tuple(found)
