"""`easytear simulate`: a realistic video with its truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.cli.overwrite import Overwrite, refuse_existing


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("simulate")(simulate_command)


def simulate_command(
    out: Annotated[
        Path | None,
        typer.Argument(help="Video file to write (.mp4, .mkv, .mov, .avi), or a folder."),
    ] = None,
    preset: Annotated[str, typer.Option(help="Which scene; --list shows them.")] = "normal",
    seed: Annotated[int, typer.Option(help="Draws everything the preset leaves open.")] = 0,
    duration: Annotated[
        float | None, typer.Option(help="Length in seconds.", min=0.2, max=3600.0)
    ] = None,
    size: Annotated[str | None, typer.Option(help="Picture size, as 640x480.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second.", min=2, max=240)] = None,
    show: Annotated[bool, typer.Option("--list", help="List the presets and stop.")] = False,
    overwrite: Overwrite = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Make a tear-film video whose truth is known exactly, and store the truth beside it."""
    from easytear.simulate import PRESETS

    if show:
        width = max(len(name) for name in PRESETS)
        for name, (meaning, _) in PRESETS.items():
            typer.echo(f"{name:<{width}}  {meaning}")
        return
    if out is None:
        raise typer.BadParameter("Say where the video goes: a file or a folder.")
    _make(out, preset, seed, duration, size, fps, quiet=quiet, overwrite=overwrite)


def _make(
    out: Path,
    preset: str,
    seed: int,
    duration: float | None,
    size: str | None,
    fps: float | None,
    *,
    quiet: bool,
    overwrite: bool,
) -> None:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    from easytear.simulate import make_scene, simulate
    from easytear.simulate.presets import with_camera

    scene = make_scene(preset, seed)
    width_px, height_px = _size(size) if size else (None, None)
    scene = with_camera(scene, duration_s=duration, width_px=width_px, height_px=height_px, fps=fps)
    video = out if out.suffix and not out.is_dir() else out / f"{preset}-{seed}.mp4"
    refuse_existing(video, overwrite)

    class Bar:
        def update(self, done: float, total: float, message: str = "") -> None:
            bar.update(task, completed=done, total=total)

    with RichProgress(console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task(f"rendering {video.name}", total=None)
        simulate(scene, video, Bar())
    typer.echo(str(video))


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(p.isdigit() for p in parts):
        raise typer.BadParameter(f"{text!r} is no size; write it as 640x480.")
    return int(parts[0]), int(parts[1])
