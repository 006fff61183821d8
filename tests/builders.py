"""Analyses made from formulas: what a good analysis of an ideal eye would hold.

The film obeys the spread law exactly, with an amplitude that rises with the material's height
(nothing moves at the lid), the eye drifts, the front is ragged, and every number of the summary
is the one that the tables were made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from easytear.request.request import Request
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
    Band,
    BlinkInfo,
    EllipseInfo,
    Exclusion,
    Fit,
    IntervalResult,
    Quality,
    ScaleInfo,
    Spread,
    Summary,
    Thickness,
    Velocity,
    VideoInfo,
    empty_table,
    shape_table,
)

WIDTH, HEIGHT, FPS, MM_PER_PX = 640, 480, 30.0, 0.0225
PUPIL = EllipseInfo(x_px=320, y_px=205, rx_px=70, ry_px=68, angle_deg=0)
IRIS = EllipseInfo(x_px=322, y_px=212, rx_px=260, ry_px=256, angle_deg=0)
LID_Y_PX = 440.0
FRONT_START_MM = 1.1
"""Height of the material at the front at onset, above the lower lid."""

REGION = tuple(
    (float(x), float(y))
    for x, y in [(110, 120), (530, 120), (560, 250), (520, 400), (420, 438), (230, 438), (120, 400)]
)


@dataclass(frozen=True)
class Law:
    """H(t) - H(onset) = rho (1 - exp(-(t - onset) / lambda)) + drift (t - onset)."""

    rho_mm: float = 2.9
    lambda_s: float = 0.9
    onset_s: float = 0.1
    drift_mm_s: float = 0.0

    def height(self, time_s: np.ndarray) -> np.ndarray:
        """Displacement at these times in millimetres."""
        t = np.maximum(time_s - self.onset_s, 0.0)
        return self.rho_mm * (1 - np.exp(-t / self.lambda_s)) + self.drift_mm_s * t

    def velocity(self, time_s: np.ndarray) -> np.ndarray:
        """Velocity at these times in millimetres per second."""
        t = time_s - self.onset_s
        v = self.rho_mm / self.lambda_s * np.exp(-np.maximum(t, 0) / self.lambda_s)
        return np.where(t >= 0, v + self.drift_mm_s, 0.0)

    def fit(self, *, n: int = 180, window_s: float = 8.0, spread: float = 0.05) -> Fit:
        """The fit record of this law, its 95 % intervals `spread` to either side."""
        low, high = 1 - spread, 1 + 1.4 * spread
        v0 = self.rho_mm / self.lambda_s
        return Fit(
            model="exponential+drift" if self.drift_mm_s else "exponential",
            rho_mm=self.rho_mm,
            rho_mm_ci95=(self.rho_mm * low, self.rho_mm * high),
            lambda_s=self.lambda_s,
            lambda_s_ci95=(self.lambda_s * low, self.lambda_s * high),
            onset_s=self.onset_s,
            drift_mm_s=self.drift_mm_s or None,
            initial_velocity_mm_s=v0,
            initial_velocity_mm_s_ci95=(v0 * low, v0 * high),
            r2=0.994,
            rmse_mm=0.041,
            n=n,
            window_over_lambda=window_s / self.lambda_s,
            converged=True,
        )


@dataclass(frozen=True)
class Part:
    """One interval to build: frames (both inside), its law in video time, what is odd about it."""

    start_frame: int
    end_frame: int
    law: Law
    blink_before: BlinkInfo | None = None
    flags: tuple[str, ...] = ()
    score: float = 0.86
    film: bool = True
    converged: bool = True
    excluded: Exclusion | None = None


TWO_PARTS = (
    Part(0, 149, Law(2.9, 0.9, 0.1)),
    Part(
        160,
        299,
        Law(2.2, 1.4, 160 / FPS + 0.1, 0.02),
        BlinkInfo(start_frame=150, end_frame=159, complete=False),
        ("few_tracks", "lambda_uncertain"),
        0.55,
    ),
)


def build_analysis(
    parts: tuple[Part, ...] = TWO_PARTS,
    *,
    path: Path = Path("eye.mp4"),
    frame_count: int = 300,
    tracks: int = 60,
    seed: int = 0,
) -> Analysis:
    """Return an analysis of `frame_count` frames at 30 a second with these intervals."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(frame_count) / FPS
    frames = _plain_frames(time_s)
    rows: list[pd.DataFrame] = []
    samples: list[pd.DataFrame] = []
    results = []
    for index, part in enumerate(parts):
        inside = np.arange(part.start_frame, part.end_frame + 1)
        motion = _eye_motion(inside.size, rng)
        _fill_frames(frames, index, part, inside, motion, rng)
        if part.film:
            rows.append(_tracks(index, part, time_s, motion, tracks, rng))
            samples.append(_front(index, part, time_s, rng))
        results.append(_interval(index, part, time_s))
    summary = _summary(path, frame_count, tuple(results))
    return Analysis(
        summary,
        shape_table(frames, FRAMES),
        _joined(rows, TRACKS),
        _joined(samples, FRONT),
    )


def _summary(path: Path, frame_count: int, intervals: tuple[IntervalResult, ...]) -> Summary:
    video = VideoInfo(
        path=str(path),
        sha256="0" * 64,
        width_px=WIDTH,
        height_px=HEIGHT,
        frame_count=frame_count,
        duration_s=frame_count / FPS,
        fps_mean=FPS,
        variable_frame_rate=False,
        codec="h264",
    )
    return Summary(
        video=video,
        software={"easytear": "0.1.0", "python": "3.12.0", "numpy": "2.4.0", "opencv": "4.12.0"},
        request=Request(),
        calibration=ScaleInfo(mm_per_px=MM_PER_PX, mm_per_px_sd=0.0008, source="hvid"),
        intervals=intervals,
    )


def _joined(tables: list[pd.DataFrame], columns: Mapping[str, str]) -> pd.DataFrame:
    joined = pd.concat(tables, ignore_index=True) if tables else empty_table(columns)
    return shape_table(joined, columns)


def share_of_motion(height_mm: np.ndarray) -> np.ndarray:
    """How far material at this height at onset moves, as a share of the front's motion."""
    return np.clip(height_mm / FRONT_START_MM, 0.0, 1.0) ** 0.7


def to_image(
    x_eye: np.ndarray, y_eye: np.ndarray, motion: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Eye coordinates to image coordinates; `motion` is (..., 3): dx, dy, degrees."""
    angle = np.deg2rad(motion[..., 2])
    dx, dy = x_eye - PUPIL.x_px, y_eye - PUPIL.y_px
    x = PUPIL.x_px + motion[..., 0] + dx * np.cos(angle) - dy * np.sin(angle)
    y = PUPIL.y_px + motion[..., 1] + dx * np.sin(angle) + dy * np.cos(angle)
    return x, y


def _plain_frames(time_s: np.ndarray) -> pd.DataFrame:
    frames = shape_table(
        empty_table(FRAMES).reindex(range(len(time_s))).fillna({"frame": 0, "is_blink": True}),
        FRAMES,
    )
    frames["frame"] = np.arange(len(time_s))
    frames["time_s"] = time_s
    frames["sharpness"] = 0.8
    return frames


def _eye_motion(count: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(count) / FPS
    settle = 14 * (1 - np.exp(-t / 0.2))
    walk = np.cumsum(rng.normal(0, 0.15, (count, 2)), axis=0)
    motion = np.column_stack([settle * 0.7, settle, 0.4 * np.sin(t / 2)])
    motion[:, :2] += walk - walk[0]
    return motion


def _fill_frames(
    frames: pd.DataFrame,
    index: int,
    part: Part,
    inside: np.ndarray,
    motion: np.ndarray,
    rng: np.random.Generator,
) -> None:
    t = frames["time_s"].to_numpy()[inside]
    values: dict[str, object] = {"interval": index, "is_blink": False}
    values |= dict(zip(["eye_dx_px", "eye_dy_px", "eye_rotation_deg"], motion.T, strict=True))
    if part.film:
        height, speed = part.law.height(t), part.law.velocity(t)
        noise = rng.normal(0, 0.02, (3, t.size))
        area = 28.0 + 9.5 * height
        values |= {
            "front_height_mm": height + noise[0],
            "front_velocity_mm_s": speed + 3 * noise[1],
            "area_mm2": area + noise[2],
            "area_fraction": area / 75.0,
            "displacement_x_mm": 0.1 * height,
            "displacement_y_mm": height + noise[1],
            "velocity_x_mm_s": 0.1 * speed,
            "velocity_y_mm_s": speed + 3 * noise[2],
            "thickness_nm": 62 + 14 * np.exp(-(t - t[0]) / 2) + 20 * noise[0],
        }
    for name, value in values.items():
        frames.loc[inside, name] = value


def _tracks(
    index: int,
    part: Part,
    time_s: np.ndarray,
    motion: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    pieces = []
    length = part.end_frame - part.start_frame + 1
    for number in range(count):
        born = int(rng.integers(0, max(length // 2, 1)))
        local = np.arange(born, min(born + int(rng.integers(20, 90)), length))
        frame = local + part.start_frame
        t = time_s[frame]
        height0 = rng.uniform(0.1, FRONT_START_MM)
        share = share_of_motion(np.array(height0))
        x_eye = np.full(local.size, rng.uniform(180, 470))
        y_eye = LID_Y_PX - (height0 + share * part.law.height(t)) / MM_PER_PX
        x, y = to_image(x_eye, y_eye, motion[local])
        pieces.append(
            pd.DataFrame(
                {
                    "interval": index,
                    "track_id": index * 10_000 + number,
                    "frame": frame,
                    "time_s": t,
                    "x_px": x,
                    "y_px": y,
                    "x_eye_px": x_eye,
                    "y_eye_px": y_eye,
                    "vx_mm_s": 0.0,
                    "vy_mm_s": share * part.law.velocity(t),
                    "sd_px": 0.6,
                    "observed": rng.random(local.size) > 0.05,
                }
            )
        )
    return pd.concat(pieces)


def _front(index: int, part: Part, time_s: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    columns = np.arange(150.0, 500.0, 8.0)
    ragged = 12 * np.sin(columns / 31) + 6 * np.sin(columns / 9)
    frame = np.arange(part.start_frame + 5, part.end_frame + 1)
    ff, cc = np.meshgrid(frame, np.arange(columns.size), indexing="ij")
    height = FRONT_START_MM + part.law.height(time_s[ff])
    y = LID_Y_PX - height / MM_PER_PX + ragged[cc] + rng.normal(0, 0.8, ff.shape)
    late = (ff - part.start_frame) / FPS
    table = pd.DataFrame(
        {
            "interval": index,
            "frame": ff.ravel(),
            "time_s": time_s[ff].ravel(),
            "x_eye_px": columns[cc].ravel(),
            "y_eye_px": y.ravel(),
            "sd_px": (1.2 + 1.5 * late).ravel(),
            "observed": (late < 1.5).ravel(),
        }
    )
    return table[(late < 3.0).ravel()].reset_index(drop=True)


def _interval(index: int, part: Part, time_s: np.ndarray) -> IntervalResult:
    start, end = float(time_s[part.start_frame]), float(time_s[part.end_frame])
    result = IntervalResult(
        index=index,
        start_frame=part.start_frame,
        end_frame=part.end_frame,
        start_s=start,
        end_s=end,
        blink_before=part.blink_before,
        pupil=PUPIL,
        iris=IRIS,
        region=REGION,
        spread=Spread(y=None, x=None, front=None),
        velocity=Velocity(**dict.fromkeys(Velocity.model_fields)),
        stabilization_s=None,
        streak_angle_deg=None,
        area=Area(**dict.fromkeys(Area.model_fields)),
        thickness=None,
        quality=Quality(score=part.score, flags=part.flags),
        excluded=part.excluded,
    )
    return result.model_copy(update=_film(part, end)) if part.film else result


def _film(part: Part, end_s: float) -> dict[str, object]:
    """What the summary says of an interval with film."""
    law, window = part.law, end_s - part.law.onset_s
    fit = law.fit(window_s=window).model_copy(update={"converged": part.converged})
    v0 = law.rho_mm / law.lambda_s
    risen = float(law.height(np.array(end_s)))
    area = (28.0, 28.0 + 9.5 * risen)
    return {
        "spread": Spread(
            y=fit,
            bands=tuple(_band(law, low, window) for low in (0.0, 0.5, 1.0)),
            x=None,
            front=law.fit(n=900, window_s=min(window, 3.0), spread=0.1),
        ),
        "velocity": Velocity(
            mean_mm_s=risen / window,
            peak_mm_s=v0,
            time_of_peak_s=law.onset_s,
            early_mm_s=float(law.height(np.array(law.onset_s + 0.2)) / 0.2),
        ),
        "stabilization_s": 3.0 * law.lambda_s,
        "streak_angle_deg": 12.0,
        "area": Area(
            start_mm2=area[0],
            end_mm2=area[1],
            max_mm2=area[1],
            rate_mm2_s=9.5 * v0,
            end_fraction=area[1] / 75.0,
        ),
        "thickness": Thickness(median_nm=66.0, p10_nm=58.0, p90_nm=81.0, thinning_nm_s=1.9),
    }


def _band(law: Law, low_mm: float, window_s: float) -> Band:
    share = float(share_of_motion(np.array(low_mm + 0.25)))
    own = Law(law.rho_mm * share, law.lambda_s * (1.3 - 0.25 * low_mm), law.onset_s)
    fit = own.fit(n=40, window_s=window_s, spread=0.09)
    return Band(from_mm=low_mm, to_mm=low_mm + 0.5, fit=fit)
