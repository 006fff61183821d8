"""Stand-ins for the analysis: results from formulas, and every way in which a process can end.

A "video" here is a small JSON file that says what its analysis shall find and do.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from easytear.base.errors import VideoError
from easytear.base.progress import Progress
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
    Fit,
    IntervalResult,
    Quality,
    ScaleInfo,
    Spread,
    Summary,
    Velocity,
    VideoInfo,
    empty_table,
)
from easytear.study.hashes import sha256_of
from easytear.study.tasks import Task
from tests.builders import build_analysis

ANALYSER = "tests.study.standins:formula"


def write_video(path: Path, **recipe: Any) -> Path:
    """Write a stand-in video: `lambdas` of its intervals, and what else shall happen (`do`)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": path.name, **recipe}))
    return path


def formula(task: Task, place: Path, progress: Progress) -> Analysis:
    """Return results computed from the recipe."""
    video = Path(task.video)
    try:
        recipe = json.loads(video.read_text())
    except ValueError as error:
        raise VideoError(f"{video}: is not a video that can be opened.") from error
    progress.update(1, 2, "half")
    if "pid_in" in recipe:
        Path(recipe["pid_in"]).write_text(str(os.getpid()))
    _misbehave(recipe)
    if "count_in" in recipe:
        with Path(recipe["count_in"]).open("a") as file:
            file.write(f"{task.name}\n")
    if recipe.get("work_s"):
        _work(float(recipe["work_s"]))
    return _built(task) if recipe.get("built") else analysis_of(task, recipe)


def _built(task: Task) -> Analysis:
    """Return a whole analysis with tables, as of this video and these settings."""
    whole = build_analysis()
    video = whole.summary.video.model_copy(update={"sha256": sha256_of(Path(task.video))})
    summary = whole.summary.model_copy(update={"video": video, "request": task.request()})
    return Analysis(summary, whole.frames, whole.tracks, whole.front)


def _misbehave(recipe: dict[str, Any]) -> None:
    if recipe.get("do") == "kill once":
        marker = Path(recipe["marker"])
        recipe = {} if marker.exists() else {"do": "killed"}
        marker.touch()
    match recipe.get("do"):
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(7)
        case "hang":
            while True:
                time.sleep(60)
        case "eat":
            held = []
            while True:
                held.append(np.ones(5_000_000))
        case "raise":
            raise RuntimeError("something nobody thought of")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill worker":
            for process in psutil.Process().parents()[: int(recipe["up"])][::-1]:
                process.kill()


def _work(seconds: float) -> None:
    """Use the processor for so long."""
    end = time.process_time() + seconds
    values = np.linspace(0, 1, 2000)
    while time.process_time() < end:
        np.sin(values)


def analysis_of(task: Task, recipe: dict[str, Any]) -> Analysis:
    """Return an analysis whose lambdas are those of the recipe."""
    lambdas = recipe.get("lambdas", [0.8])
    scores = recipe.get("scores", [0.9] * len(lambdas))
    converged = recipe.get("converged", [True] * len(lambdas))
    intervals = tuple(
        _interval(i, *row) for i, row in enumerate(zip(lambdas, scores, converged, strict=True))
    )
    info = VideoInfo(
        path=task.video,
        sha256=sha256_of(Path(task.video)),
        width_px=640,
        height_px=480,
        frame_count=120,
        duration_s=4.0,
        fps_mean=30.0,
        variable_frame_rate=False,
        codec="h264",
    )
    summary = Summary(
        video=info,
        software={"easytear": "0"},
        request=task.request(),
        calibration=ScaleInfo(mm_per_px=0.02, mm_per_px_sd=0.001, source="hvid"),
        intervals=intervals,
    )
    return Analysis(summary, empty_table(FRAMES), empty_table(TRACKS), empty_table(FRONT))


def _interval(index: int, lambda_s: float, score: float, converged: bool) -> IntervalResult:
    fit = Fit(
        model="exponential",
        rho_mm=1.5,
        rho_mm_ci95=(1.4, 1.6),
        lambda_s=lambda_s,
        lambda_s_ci95=(lambda_s * 0.9, lambda_s * 1.1),
        onset_s=0.1,
        drift_mm_s=None,
        initial_velocity_mm_s=1.5 / lambda_s,
        initial_velocity_mm_s_ci95=(None, None),
        r2=0.99,
        rmse_mm=0.01,
        n=100,
        window_over_lambda=3.0,
        converged=converged,
    )
    return IntervalResult(
        index=index,
        start_frame=index * 50,
        end_frame=index * 50 + 45,
        start_s=index * 1.6,
        end_s=index * 1.6 + 1.5,
        blink_before=None,
        pupil=None,
        iris=None,
        region=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
        spread=Spread(y=fit, x=None, front=None),
        velocity=Velocity(mean_mm_s=1.0, peak_mm_s=3.0, time_of_peak_s=0.2, early_mm_s=2.0),
        stabilization_s=1.1,
        streak_angle_deg=None,
        area=Area(start_mm2=10.0, end_mm2=30.0, max_mm2=30.0, rate_mm2_s=5.0, end_fraction=0.8),
        thickness=None,
        quality=Quality(score=score, flags=() if score > 0.5 else ("blurred",)),
    )
