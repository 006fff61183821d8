"""A small analysed video, made from formulas: film that rises, slows, and is tracked exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from easytear.annotate.model import SCHEMA, Annotations, Keyframe, PointTrack, VideoRef
from easytear.base.geometry import Ellipse
from easytear.request.request import Request
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
    BlinkInfo,
    EllipseInfo,
    IntervalResult,
    Quality,
    ScaleInfo,
    Spread,
    Summary,
    Velocity,
    VideoInfo,
    shape_table,
)

SHA = "ab" * 32
START, END = 6, 65
FPS = 30.0
MM_PER_PX = 0.02
CENTRE = (160.0, 100.0)


def eye_shift(frame):
    """Return how far the eye has moved since the interval's first frame."""
    t = np.asarray(frame, dtype=float) - START
    return 6.0 * (1 - np.exp(-t / 8)), -3.0 * (1 - np.exp(-t / 8))


def turn_deg(frame):
    return 0.02 * (np.asarray(frame, dtype=float) - START)


def film_eye(x, y, frame):
    """Return eye coordinates of the film that is at (x, y) in the interval's first frame."""
    t = (np.asarray(frame, dtype=float) - START) / FPS
    return np.broadcast_to(x, t.shape), y - 0.35 * (220.0 - y) * (1 - np.exp(-t / 0.6))


def to_image(x, y, frame):
    dx, dy = eye_shift(frame)
    a = np.deg2rad(turn_deg(frame))
    u, v = x - CENTRE[0], y - CENTRE[1]
    return (
        CENTRE[0] + dx + u * np.cos(a) - v * np.sin(a),
        CENTRE[1] + dy + u * np.sin(a) + v * np.cos(a),
    )


def film_image(x, y, frame):
    return to_image(*film_eye(x, y, frame), frame)


def _tracks():
    parts = []
    frame = np.arange(START, END + 1)
    places = [(x, y) for x in range(40, 300, 30) for y in range(110, 220, 20)]
    for i, (x, y) in enumerate(places):
        ex, ey = film_eye(x, y, frame)
        ix, iy = to_image(ex, ey, frame)
        columns = {"x_px": ix, "y_px": iy, "x_eye_px": ex, "y_eye_px": ey, "vx_mm_s": 0.0}
        columns["vy_mm_s"] = -np.gradient(ey, frame / FPS) * MM_PER_PX
        parts.append(
            pd.DataFrame(
                {"interval": 0, "track_id": i, "frame": frame, "time_s": frame / FPS, **columns}
            ).assign(sd_px=0.3, observed=True)
        )
    return shape_table(pd.concat(parts, ignore_index=True), TRACKS)


def _front():
    parts = []
    x = np.arange(40.0, 281.0, 8.0)
    for frame in range(START, END + 1):
        _, y = film_eye(x, np.full(len(x), 105.0), np.full(len(x), frame))
        parts.append(pd.DataFrame({"frame": frame, "x_eye_px": x, "y_eye_px": y}))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(interval=0, time_s=table["frame"] / FPS, sd_px=1.0, observed=True)
    return shape_table(table, FRONT)


def _frames():
    frame = np.arange(80)
    inside = (frame >= START) & (frame <= END)
    dx, dy = eye_shift(frame)
    table = pd.DataFrame({"frame": frame, "time_s": frame / FPS, "is_blink": ~inside})
    table["interval"] = pd.array(np.where(inside, 0, pd.NA), dtype="Int64")
    table["eye_dx_px"] = np.where(inside, dx, np.nan)
    table["eye_dy_px"] = np.where(inside, dy, np.nan)
    table["eye_rotation_deg"] = np.where(inside, turn_deg(frame), np.nan)
    return shape_table(table, FRAMES)


def interval(**changes):
    one = IntervalResult(
        index=0,
        start_frame=START,
        end_frame=END,
        start_s=START / FPS,
        end_s=END / FPS,
        blink_before=BlinkInfo(start_frame=0, end_frame=START - 1, complete=True),
        pupil=EllipseInfo(x_px=CENTRE[0], y_px=CENTRE[1], rx_px=30, ry_px=30, angle_deg=0),
        iris=EllipseInfo(x_px=CENTRE[0], y_px=CENTRE[1], rx_px=150, ry_px=140, angle_deg=0),
        region=tuple(map(tuple, Ellipse(160, 110, 130, 100).points(24).tolist())),
        spread=Spread(y=None, x=None, front=None),
        velocity=Velocity(mean_mm_s=None, peak_mm_s=None, time_of_peak_s=None, early_mm_s=None),
        stabilization_s=None,
        streak_angle_deg=None,
        area=Area(start_mm2=None, end_mm2=None, max_mm2=None, rate_mm2_s=None, end_fraction=None),
        thickness=None,
        quality=Quality(score=0.9),
    )
    return one.model_copy(update=changes)


def analysis():
    """Return the whole analysis."""
    summary = Summary(
        video=VideoInfo(
            path="film.mp4",
            sha256=SHA,
            width_px=320,
            height_px=240,
            frame_count=80,
            duration_s=80 / FPS,
            fps_mean=FPS,
            variable_frame_rate=False,
            codec="h264",
        ),
        software={},
        request=Request(),
        calibration=ScaleInfo(mm_per_px=MM_PER_PX, mm_per_px_sd=0.001, source="user"),
        intervals=(interval(),),
    )
    return Analysis(summary, _frames(), _tracks(), _front())


VIDEO = VideoRef(
    name="film.mp4",
    sha256=SHA,
    width_px=320,
    height_px=240,
    frame_count=80,
    time_s=tuple(i / FPS for i in range(80)),
)


def annotated(name="anna", noise_px=0.0, seed=0, every=10, items=()):
    """Return a person's five points, every tenth frame, with noise."""
    random = np.random.default_rng(seed)
    frames = [*range(START, END, every), END]
    made = list(items)
    for i, (x, y) in enumerate([(70, 130), (110, 150), (160, 140), (210, 160), (250, 130)]):
        places = np.column_stack(film_image(x, y, np.array(frames)))
        places = places + random.normal(0, noise_px, places.shape) if noise_px else places
        keys = [
            Keyframe(frame=f, points=[tuple(p)])
            for f, p in zip(frames, places.tolist(), strict=True)
        ]
        made.append(PointTrack(id=len(items) + i + 1, keyframes=keys))
    return Annotations(schema=SCHEMA, video=VIDEO, annotator=name, items=made)
