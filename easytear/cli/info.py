"""`easytear info`: what a video file holds, and what looks wrong with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from easytear.video.survey import Survey

_PLAIN = (
    "size_bytes",
    "width_px",
    "height_px",
    "frame_count",
    "duration_s",
    "fps_mean",
    "fps_given",
    "capture_fps",
    "variable_frame_rate",
    "container",
    "codec",
    "pixel_format",
    "bit_depth",
    "rotation_deg",
    "mirrored",
    "pixel_aspect",
    "lost_frames",
)
"""What is told of a video as it stands in its facts."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(info)


def info(
    video: Annotated[Path, typer.Argument(help="The video file.")],
    fps: Annotated[
        float | None,
        typer.Option(min=0.1, max=100_000, help="Frames per second as the camera took them."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Say what a video holds: size, true frame count and times, codec, fields, what looks wrong."""
    from easytear.cli.progress import show_progress
    from easytear.video.survey import survey

    with show_progress(video.name, quiet=not sys.stderr.isatty()) as progress:
        found = survey(video, progress, fps)
    if as_json:
        typer.echo(json.dumps(as_record(found), indent=2, ensure_ascii=True, allow_nan=False))
    else:
        _print(found)


def as_record(found: Survey) -> dict[str, Any]:
    """Return the findings as plain values for JSON."""
    import numpy as np

    facts = found.facts
    steps = np.diff(facts.time_s)
    return {
        "path": str(facts.path),
        **{name: getattr(facts, name) for name in _PLAIN},
        "frame_step_s": {
            "least": round(float(steps.min()), 6),
            "median": round(float(np.median(steps)), 6),
            "greatest": round(float(steps.max()), 6),
        },
        "gaps": list(facts.gaps),
        "interlaced": {"by_file": facts.interlaced, "by_lines": found.interlaced},
        "comb_index": round(found.comb, 3),
        "problems": list(found.problems),
    }


def _print(found: Survey) -> None:
    from rich.table import Table

    from easytear.cli.console import console
    from easytear.show.flags import sentence

    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(found):
        table.add_row(name, value)
    for number, problem in enumerate(found.problems):
        table.add_row("" if number else "To note", sentence(problem))
    if not found.problems:
        table.add_row("To note", "Nothing looks wrong.")
    out = console()
    out.print(str(found.facts.path), style="bold", soft_wrap=True)
    out.print(table)


def _rows(found: Survey) -> list[tuple[str, str]]:
    record, facts = as_record(found), found.facts
    step = {name: f"{value * 1000:.1f}" for name, value in record["frame_step_s"].items()}
    rate = f"{facts.fps_mean:.3f} frames/s"
    if facts.variable_frame_rate:
        times = f"{rate} on average; {step['least']} to {step['greatest']} ms between frames"
    else:
        times = f"{rate}, {step['median']} ms between frames"
    turned = ", mirrored" if facts.mirrored else ""
    turned += f", turned by {facts.rotation_deg}°" if facts.rotation_deg else ""
    oblong = "" if facts.pixel_aspect == 1 else f", pixels {facts.pixel_aspect:.3f} wide"
    frames = f"{facts.frame_count}"
    if facts.lost_frames:
        frames += f" ({facts.lost_frames} more are lost)"
    said = "the file says so" if facts.interlaced else "the file does not say so"
    fields = f"interlaced ({said})" if found.interlaced else "frames of one exposure"
    suffix = facts.path.suffix.lstrip(".").lower()
    container = suffix if suffix in facts.container.split(",") else facts.container.split(",")[0]
    return [
        ("Picture", f"{facts.width_px} x {facts.height_px} px{turned}{oblong}"),
        ("Frames", frames),
        ("Duration", f"{facts.duration_s:.3f} s"),
        ("Frame times", times),
        ("Codec", f"{facts.codec}, {facts.pixel_format}, {facts.bit_depth} bit, in {container}"),
        ("Lines", f"{fields}; comb index {found.comb:.2f}"),
        ("File", f"{facts.size_bytes / 1e6:.2f} MB"),
    ]
