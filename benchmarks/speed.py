"""Speed and memory of the whole command, beside decoding alone and the original method."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.methods import METHODS
from benchmarks.running import analyze
from easytear.simulate import Scene, Truth, make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.simulate.scene import BlinkEvent
from easytear.video import FrameReader

EVERY_S = 7.5
"""One blink each so many seconds in the long videos."""


def long_scene(seconds: float, *, hd: bool = False) -> Scene:
    """Return an ordinary eye that blinks every few seconds."""
    scene = make_scene("hd720" if hd else "normal", 1)
    starts = [0.4 + EVERY_S * k for k in range(int((seconds - 1.0) / EVERY_S) + 1)]
    blinks = tuple(BlinkEvent(start_s=start) for start in starts)
    law = scene.film.spreads[0]
    spreads = tuple(law.model_copy(update={"seed": 100 + k}) for k in range(len(starts)))
    lids = scene.lids.model_copy(update={"blinks": blinks})
    film = scene.film.model_copy(update={"spreads": spreads})
    changed = scene.model_copy(update={"lids": lids, "film": film})
    return with_camera(changed, duration_s=seconds)


def decode_seconds(video: Path) -> float:
    """Return how long reading every frame takes, grey, as the analysis reads them."""
    started = time.perf_counter()
    with FrameReader(video) as reader:
        for picture in reader.pictures():
            picture.grey()
    return time.perf_counter() - started


def measure_speed(
    work: Path, lengths_s: tuple[float, ...] = (30.0, 120.0), *, original: bool = True
) -> list[dict[str, Any]]:
    """Return one row for each length (640x480) and one for 720p: seconds, memory, ratios."""
    rows = []
    for seconds, hd in [*((s, False) for s in lengths_s), (lengths_s[0], True)]:
        name = f"speed-{seconds:g}s{'-720p' if hd else ''}"
        video = work / "videos" / f"{name}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        if not video.exists():
            simulate(long_scene(seconds, hd=hd), video)
        run = analyze(video, work / "speed")
        row: dict[str, Any] = {
            "video": name,
            "video_s": seconds,
            "analysis_s": run.seconds,
            "times_real_time": seconds / run.seconds,
            "memory_mb": run.memory_mb,
            "decode_s": decode_seconds(video),
            "exit_code": run.exit_code,
        }
        if original and not hd and seconds == lengths_s[0]:
            truth = Truth.load(video)
            started = time.perf_counter()
            METHODS["original"](video, truth.mm_per_px, None)
            row["original_s"] = time.perf_counter() - started
        rows.append(row)
    return rows


def speed_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the speeds as a table."""
    head = (
        "| video | analysis, s | times real time | memory, MB | decoding alone, s | original, s |"
    )
    lines = [head, "|---|---|---|---|---|---|"]
    for row in rows:
        original = f"{row['original_s']:.1f}" if "original_s" in row else ""
        lines.append(
            f"| {row['video']} | {row['analysis_s']:.1f} | {row['times_real_time']:.2f} "
            f"| {row['memory_mb']:.0f} | {row['decode_s']:.1f} | {original} |"
        )
    return "\n".join(lines) + "\n"
