"""The same film in larger pictures: what the whole command costs, and whether it says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from benchmarks.running import analyze
from easytear.results import read_summary
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.video import FrameReader

SECONDS = 10.0
FACTORS = (1, 3, 6)
"""640 x 480, 1920 x 1440 and 3840 x 2880: the heights of 1080p and 4K and more."""
GOALS = {3: 1.4, 6: 2.5}
"""Processor time over that of the smallest picture."""
MEMORY_MB = 472.0
"""450 MiB."""


def measure_sizes(work: Path) -> list[dict[str, Any]]:
    """Return one row for each size: processor time, memory and the headline's numbers."""
    rows: list[dict[str, Any]] = []
    for factor in FACTORS:
        video = enlarged(work, factor)
        out = work / "sizes"
        run = analyze(video, out, workers=1, apart=True)
        row: dict[str, Any] = {
            "factor": factor,
            "exit_code": run.exit_code,
            "cpu_seconds": run.cpu_seconds,
            "memory_mb": run.memory_mb,
            "frames": int(SECONDS * 30),
        }
        if run.exit_code == 0:
            fits = [i.spread.y for i in read_summary(out / video.stem).intervals]
            row["lambda_s"] = [None if fit is None else fit.lambda_s for fit in fits]
            row["rho_mm"] = [None if fit is None else fit.rho_mm for fit in fits]
        else:
            print(run.told)
        print(row, flush=True)
        rows.append(row)
    return rows


def enlarged(work: Path, factor: int, fps: float = 30.0) -> Path:
    """Return the ordinary scene's video in pictures `factor` times as wide, made if absent."""
    rate = "" if fps == 30.0 else f"-{fps:g}fps"
    small = work / "videos" / f"sizes-1{rate}.mp4"
    if not small.exists():
        small.parent.mkdir(parents=True, exist_ok=True)
        simulate(with_camera(make_scene("normal", 1), duration_s=SECONDS, fps=fps), small)
    path = small.with_name(f"sizes-{factor}{rate}.mp4")
    if not path.exists():
        _enlarge(small, path, factor)
    return path


def _enlarge(small: Path, path: Path, factor: int) -> None:
    part = path.with_suffix(".part.mp4")
    with FrameReader(small) as reader, av.open(str(part), "w") as container:
        options = {"crf": "20", "preset": "veryfast"}
        stream = container.add_stream("libx264", rate=round(reader.facts.fps_mean), options=options)
        stream.width, stream.height = (
            reader.facts.width_px * factor,
            reader.facts.height_px * factor,
        )
        stream.pix_fmt = "yuv420p"
        for _, picture in reader.frames(colour=True):
            size = (stream.width, stream.height)
            large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
            frame = av.VideoFrame.from_ndarray(np.asarray(large, np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.replace(path)


def size_cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return a table with its head: cost against the smallest picture, goals, and numbers."""
    head = [
        "picture",
        "processor, s",
        "ms a frame",
        "over the smallest",
        "goal",
        "memory, MB",
        "goal",
        "lambda, off by",
        "rho, off by",
    ]
    out, first = [head], rows[0]
    for row in rows:
        name = f"{640 * row['factor']} x {480 * row['factor']}"
        if row["exit_code"] != 0:
            out.append([name, f"failed ({row['exit_code']})", *[""] * 7])
            continue
        ratio = row["cpu_seconds"] / first["cpu_seconds"]
        goal = GOALS.get(row["factor"])
        off = [_off(row, first, key) for key in ("lambda_s", "rho_mm")]
        out.append(
            [
                name,
                f"{row['cpu_seconds']:.1f}",
                f"{1000.0 * row['cpu_seconds'] / row['frames']:.0f}",
                f"{ratio:.2f}",
                "" if goal is None else f"at most {goal:g}",
                f"{row['memory_mb']:.0f}",
                f"below {MEMORY_MB:.0f}",
                *off,
            ]
        )
    return out


def _off(row: dict[str, Any], first: dict[str, Any], key: str) -> str:
    """Return how far numbers are from those of the smallest picture, the worst interval."""
    pairs = list(zip(row[key], first[key], strict=False))
    if len(row[key]) != len(first[key]) or any(None in pair for pair in pairs):
        return "not found alike"
    return f"{100.0 * max((abs(a / b - 1.0) for a, b in pairs), default=0.0):.1f} %"
