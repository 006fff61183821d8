"""The truth of a shot, worked out without rendering it."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.simulate.gaze import Pose
from easytear.simulate.instruments.camera import valid_area
from easytear.simulate.instruments.film import Sheet
from easytear.simulate.instruments.mirror import paint_lit
from easytear.simulate.instruments.posture import (
    Posture,
    closure,
    limbus,
    lower_lid,
    moments,
    posture,
    stretches,
    upper_margin,
)
from easytear.simulate.instruments.shot import LightEvent, Shot
from easytear.simulate.lids import BLINK_CLOSURE, COMPLETE_GAP
from easytear.simulate.timing import Stretch
from easytear.simulate.truth import Truth
from easytear.simulate.truth_records import TrueBlink, TrueEvent, TrueInterval

SEEN_SHARE = 0.3
"""Of the front's columns must be in a lit and open part of the picture for a law to be seen."""


def make_truth(shot: Shot) -> Truth:
    """Return the truth of a shot; nothing is rendered."""
    times, shown = moments(shot)
    motion, recorder = posture(shot), shot.recorder
    has_eye = shot.subject == "eye"
    closed = np.array([closure(shot.fissure.blinks, float(t)) for t in shown])
    closed = closed if has_eye else np.zeros_like(closed)
    is_blink = closed > BLINK_CLOSURE
    poses = [motion.pose(float(t)) for t in shown]
    blinks = _blinks(closed, is_blink)
    intervals = _intervals(shot, is_blink, blinks, shown, motion) if has_eye else ()
    edge = limbus(shot)
    columns = np.arange(recorder.width_px, dtype=float)
    return Truth(
        name=shot.name,
        seed=shot.seed,
        width_px=recorder.width_px,
        height_px=recorder.height_px,
        fps=recorder.fps * (2 if recorder.doubled else 1),
        mm_per_px=recorder.mm_per_px,
        hvid_mm=shot.globe.hvid_mm,
        time_s=times,
        opening=1.0 - closed,
        is_blink=is_blink,
        pose=np.array([[p.dx_px, p.dy_px, p.rotation_deg] for p in poses]),
        pupil=_pupils(shot, motion, shown, poses),
        centre_px=motion.centre_px,
        eye_limbus=edge,
        upper_lid_px=upper_margin(shot, columns, 0.0),
        blinks=blinks if has_eye else (),
        intervals=intervals,
        has_eye=has_eye,
        difficulty=shot.difficulty,
        events=tuple(_event(e, times) for e in shot.events),
        rim_in_view=tuple(_rim(shot, motion, float(shown[i.start_frame])) for i in intervals),
    )


def _pupils(shot: Shot, motion: Posture, shown: FloatArray, poses: list[Pose]) -> FloatArray:
    globe, mm, edge = shot.globe, shot.recorder.mm_per_px, limbus(shot)
    centre = np.array([[edge.x_px + globe.pupil_dx_mm / mm, edge.y_px + globe.pupil_dy_mm / mm]])
    rows = []
    for moment, pose in zip(shown, poses, strict=True):
        x, y = pose.to_image(centre)[0]
        radius = 0.5 * globe.pupil_mm / mm * motion.pupil_at(float(moment))
        rows.append([x, y, radius, radius, pose.rotation_deg])
    return np.asarray(rows)


def _runs(flags: BoolArray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _blinks(closed: FloatArray, is_blink: BoolArray) -> tuple[TrueBlink, ...]:
    found = []
    for first, last in _runs(is_blink):
        most = float(closed[first : last + 1].max())
        found.append(TrueBlink(first, last, most > 1.0 - COMPLETE_GAP, most))
    return tuple(found)


def _event(event: LightEvent, times: FloatArray) -> TrueEvent:
    """Return an event with the frames in which light or focus is not as before or after."""
    kind = {"white_balance": "light", "flicker": "light"}.get(event.kind, event.kind)
    start = int(np.searchsorted(times, event.start_s))
    stop = int(np.searchsorted(times, event.start_s + event.duration_s))
    last = len(times) - 1
    return TrueEvent(kind, min(start, last), min(max(stop, start), last), event.kind)


def _intervals(
    shot: Shot,
    is_blink: BoolArray,
    blinks: tuple[TrueBlink, ...],
    shown: FloatArray,
    motion: Posture,
) -> tuple[TrueInterval, ...]:
    films, found = stretches(shot), []
    for index, (first, last) in enumerate(_runs(~is_blink)):
        before = next((b for b in blinks if b.end_frame == first - 1), None)
        film = [s for s in films if s.start_s <= shown[first]][-1]
        front = Sheet(shot, film.motion, paint=False).front_px
        present = shot.layer.present and shot.lamp.film > 0
        lasts = float(shown[last]) - film.motion.onset_s
        seen = present and film.seen_from_onset and lasts > 0.5
        seen = seen and _front_seen(shot, film, front, motion) >= SEEN_SHARE
        found.append(TrueInterval(index, first, last, before, film.motion, front, present, seen))
    return tuple(found)


def _front_seen(shot: Shot, film: Stretch, front: FloatArray, motion: Posture) -> float:
    """Return the greatest share of the front, over the iris' width, seen in the first moments."""
    lit, inside, edge = paint_lit(shot), valid_area(shot), limbus(shot)
    near = front[np.abs(front[:, 0] - edge.x_px) < 0.6 * edge.rx_px]
    if len(near) == 0:
        return 0.0
    shares = []
    for since in (0.3, 0.7, 1.5):
        moment = film.motion.onset_s + since * film.motion.law.lambda_s
        at = film.motion.forward(near, moment)
        image = motion.pose(moment).to_image(at)
        ok = _within(image, inside) & (_sample(lit, at + 64) > 0.5)
        ok &= image[:, 1] > upper_margin(shot, image[:, 0], 0.0)
        shares.append(float(ok.mean()))
    return max(shares)


def _within(points: FloatArray, inside: BoolArray) -> BoolArray:
    return np.asarray(_sample(inside.astype(np.float32), points) > 0.5)


def _sample(picture: FloatArray, points: FloatArray) -> FloatArray:
    """Return the picture at points, 0 outside it."""
    at = np.round(points).astype(int)
    ok = (at >= 0).all(axis=1) & (at[:, 0] < picture.shape[1]) & (at[:, 1] < picture.shape[0])
    out = np.zeros(len(points))
    out[ok] = picture[at[ok, 1], at[ok, 0]]
    return out


def _rim(shot: Shot, motion: Posture, moment: float) -> float:
    """Return the share of the limbus that lies in the picture, between the open lids."""
    rim = motion.pose(moment).to_image(limbus(shot).points(360))
    ok = _within(rim, valid_area(shot))
    ok &= rim[:, 1] > upper_margin(shot, rim[:, 0], 0.0)
    ok &= rim[:, 1] < lower_lid(shot).y_px(rim[:, 0])
    return float(ok.mean())
