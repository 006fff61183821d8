"""`easytear simulate`: a realistic video with its truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from easytear.cli.console import console, tell
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
    device: Annotated[
        str | None, typer.Option(help="Instead of a preset: as seen by an instrument.")
    ] = None,
    difficulty: Annotated[
        int, typer.Option(help="Of instruments and whole eyes: 0 easy to 2 hard.", min=0, max=2)
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Draws everything the preset leaves open.")] = 0,
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
    if show:
        _list()
        return
    if out is None:
        raise typer.BadParameter("Say where the video goes: a file or a folder.")
    name = preset if device is None else _device_key(device)
    width_px, height_px = _size(size) if size else (None, None)
    camera = {"duration_s": duration, "width_px": width_px, "height_px": height_px, "fps": fps}
    _make(out, name, seed, difficulty, camera, quiet=quiet, overwrite=overwrite)


def _list() -> None:
    from easytear.simulate import PRESETS
    from easytear.simulate.instruments import DEVICE_SHOTS, SHOTS

    meanings = {name: meaning for name, (meaning, _) in {**PRESETS, **SHOTS}.items()}
    width = max(len(name) for name in meanings)
    for name, meaning in meanings.items():
        tell(f"{name:<{width}}  {meaning}")
    tell(f"\nInstruments (--device): {', '.join(DEVICE_SHOTS)}")


def _device_key(named: str) -> str:
    """Return the key of an instrument that can be simulated."""
    from easytear.request.devices import device
    from easytear.simulate.instruments import DEVICE_SHOTS

    key = device(named).key
    if key not in DEVICE_SHOTS:
        raise typer.BadParameter(
            f"{named} cannot be simulated; there are {', '.join(DEVICE_SHOTS)}."
        )
    return key


def _make(
    out: Path,
    name: str,
    seed: int,
    difficulty: int,
    camera: dict[str, Any],
    *,
    quiet: bool,
    overwrite: bool,
) -> None:
    from rich.progress import Progress as RichProgress

    from easytear.simulate import PRESETS, make_scene, simulate
    from easytear.simulate.instruments import make_shot, record, resized
    from easytear.simulate.presets import with_camera

    ours = name in PRESETS
    scene = with_camera(make_scene(name, seed), **camera) if ours else None
    shot = None if ours else resized(make_shot(name, seed, difficulty), **camera)
    video = _video_file(out, f"{name}-{seed}.mp4")
    refuse_existing(video, overwrite)

    class Bar:
        def update(self, done: float, total: float, message: str = "") -> None:
            bar.update(task, completed=done, total=total)

    with RichProgress(console=console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task(f"rendering {video.name}", total=None)
        if scene is not None:
            simulate(scene, video, Bar())
        elif shot is not None:
            record(shot, video, Bar())
    tell(str(video))


def _video_file(out: Path, name: str) -> Path:
    """Return the file to write: `out`, or one of that name in it where it is a folder."""
    if out.is_dir() or not out.suffix:
        return out / name
    if out.suffix.lower() not in _CONTAINERS:
        raise typer.BadParameter(
            f"{out} is no folder, and not named as a video: {', '.join(_CONTAINERS)}."
        )
    return out


_CONTAINERS = (".mp4", ".mkv", ".mov", ".avi")


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(p.isdigit() for p in parts):
        raise typer.BadParameter(f"{text!r} is no size; write it as 640x480.")
    return int(parts[0]), int(parts[1])
