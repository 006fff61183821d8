"""What a study costs, and what long and large videos do: rows of the speed table by themselves."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import av

from benchmarks.running import analyze, run_command
from benchmarks.sizes import enlarged
from benchmarks.speed import EVERY_S, speed_video
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.simulate.scene import BlinkEvent

Row = dict[str, Any]

BATCH_VIDEOS: Final = 4
BATCH_S: Final = 7.5
BATCH_GOAL: Final = 1.8
LONG_MB: Final = 524.0
"""500 MiB."""

PACES: Final = (
    ("1080p and more at 60 frames/s", 3, 60.0, 1.0),
    ("4K at 30 frames/s", 6, 30.0, 0.8),
)
"""Name, factor of the picture, frame rate, and times real time that are wanted."""


def measure_batch(work: Path) -> Row:
    """Return what `easytear batch` takes for some videos with one worker and with two."""
    folder = work / "videos" / "batch"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(BATCH_VIDEOS):
        shutil.copyfile(speed_video(work, BATCH_S), folder / f"eye{number + 1}.mp4")
    runs = {}
    for workers in (1, 2):
        out = work / "batch"
        shutil.rmtree(out, ignore_errors=True)
        arguments = ["batch", str(folder), "-o", str(out), "--workers", str(workers)]
        runs[str(workers)] = asdict(run_command(arguments))
    return runs


def measure_paces(work: Path) -> list[Row]:
    """Return how long large videos take, as a user runs them."""
    rows = []
    for name, factor, fps, goal in PACES:
        video = enlarged(work, factor, fps)
        run = analyze(video, work / "speed")
        rows.append({"name": name, "goal": goal, "video_s": 10.0, **asdict(run)})
    return rows


def measure_long(work: Path) -> list[Row]:
    """Return what ten minutes with a blink every few seconds, and five without any, take."""
    rows = []
    for name, video in (
        ("10 min, 80 intervals", _blinking(work, 80)),
        ("5 min without a blink", _staring(work, 300.0)),
    ):
        rows.append({"name": name, **asdict(analyze(video, work / "speed"))})
    return rows


def _blinking(work: Path, times: int) -> Path:
    """Return one blink and its interval over and over again: the packets, not encoded again."""
    once = speed_video(work, EVERY_S)
    path = once.with_name(f"speed-{times}-times.mp4")
    if path.exists():
        return path
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as out:
        written = None
        for number in range(times):
            with av.open(str(once)) as container:
                stream = container.streams.video[0]
                written = written or out.add_stream_from_template(stream)
                length = int(stream.duration or 0)
                for packet in container.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts = (t + number * length for t in (packet.pts, packet.dts))
                    packet.stream = written
                    out.mux(packet)
    return part.replace(path)


def _staring(work: Path, seconds: float) -> Path:
    """Return an eye that blinks once, at the beginning, in pictures of 320 x 240."""
    path = work / "videos" / f"speed-staring-{seconds:g}s.mp4"
    if not path.exists():
        scene = make_scene("normal", 1)
        lids = scene.lids.model_copy(update={"blinks": (BlinkEvent(start_s=0.2),)})
        scene = scene.model_copy(update={"lids": lids})
        simulate(with_camera(scene, duration_s=seconds, width_px=320, height_px=240), path)
    return path


def batch_cells(row: Row) -> list[list[str]]:
    """Return a table with its head: the study with one worker and with two."""
    one, two = row["1"], row["2"]
    if one["exit_code"] or two["exit_code"]:
        return [["batch"], [f"failed ({one['exit_code']}, {two['exit_code']})"]]
    out = [["workers", "s", "processor, s", "memory, MB", "videos per hour and core"]]
    for name, run in row.items():
        rate = 3600.0 * BATCH_VIDEOS / run["cpu_seconds"]
        told = [f"{run[key]:.1f}" for key in ("seconds", "cpu_seconds")]
        out.append([name, *told, f"{run['memory_mb']:.0f}", f"{rate:.0f}"])
    ratio = one["seconds"] / two["seconds"]
    out.append([f"one over two: {ratio:.2f} (goal {BATCH_GOAL:g})", "", "", "", ""])
    return out


def pace_cells(rows: list[Row]) -> list[list[str]]:
    """Return a table with its head: large videos against the time that they play."""
    out = [["video", "times real time", "goal", "processor, s", "memory, MB"]]
    for row in rows:
        pace = f"{row['video_s'] / row['seconds']:.2f}" if row["exit_code"] == 0 else "failed"
        out.append(
            [
                row["name"],
                pace,
                f"at least {row['goal']:g}",
                f"{row['cpu_seconds']:.1f}",
                f"{row['memory_mb']:.0f}",
            ]
        )
    return out


def long_cells(rows: list[Row]) -> list[list[str]]:
    """Return a table with its head: what long videos hold in memory."""
    head = ["video", "memory, MB", "goal", "processor, s"]
    return [
        head,
        *(
            [
                row["name"],
                f"{row['memory_mb']:.0f}" if row["exit_code"] == 0 else "failed",
                f"below {LONG_MB:.0f}",
                f"{row['cpu_seconds']:.0f}",
            ]
            for row in rows
        ),
    ]
