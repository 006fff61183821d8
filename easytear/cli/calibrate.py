"""`easytear calibrate`: an instrument's colours, from pictures of a grey target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import EasyTearError, UsageError
from easytear.base.limits import limit_bytes
from easytear.base.regular import read_regular
from easytear.cli.console import tell

if TYPE_CHECKING:
    from easytear.base.geometry import ByteArray
    from easytear.measure.colours import CameraColours


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calibrate")(calibrate_command)


def calibrate_command(
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE...|VIDEO",
            help="Pictures of an even grey target, or one video that shows every exposure in turn.",
        ),
    ],
    exposures: Annotated[
        str, typer.Option(help="Their relative exposures, in order: 1,2,4,8.", metavar="E,E,...")
    ],
    device: Annotated[str, typer.Option(help="Name of the instrument's profile to write.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File of the profile [among the user's own]."),
    ] = None,
) -> None:
    """Measure gamma, white balance and evenness of an instrument's camera.

    Film a matt grey card that fills the picture, with everything automatic switched off, at four
    exposures or more. What is found goes into the instrument's profile; `--device NAME` then
    uses it, and thickness is no longer relative.
    """
    from easytear.measure.colours import ColourError, camera_colours

    given = _exposures(exposures)
    try:
        if len(images) == 1:
            pictures = _of_video(images[0], len(given))
        else:
            pictures = [_picture(path) for path in images]
        found = camera_colours(pictures, given)
    except ColourError as error:
        place = images[0] if len(images) == 1 else images[0].parent
        raise EasyTearError(f"{place}: tells no calibration: {error}.") from error
    path = _write(found, device, output, [one.name for one in images])
    red, green, blue = found.white_balance
    tell(f"gamma {found.gamma:.3f} ± {found.gamma_sd:.3f}")
    tell(f"white balance (red, green, blue) {red:.3f}, {green:.3f}, {blue:.3f}")
    tell(f"evenness of the light {100 * found.uniformity:.0f} % (darkest over brightest)")
    tell(str(path))


def _exposures(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--exposures {text}: write numbers, as 1,2,4,8.") from error


def _picture(path: Path) -> ByteArray:
    import cv2
    import numpy as np

    try:
        data = np.frombuffer(read_regular(path, limit_bytes("annotation_mb")), np.uint8)
    except OSError as error:
        raise EasyTearError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    except cv2.error:  # a picture larger than OpenCV takes
        picture = None
    if picture is None:
        raise EasyTearError(f"{path}: is no picture; give PNG, TIFF or JPEG files.")
    return np.asarray(picture, np.uint8)


def _of_video(path: Path, count: int) -> list[ByteArray]:
    """Return the mean picture of each step of a video that shows the exposures in turn."""
    import numpy as np

    from easytear.measure.colours import target
    from easytear.measure.exposure_steps import exposure_steps
    from easytear.video import FrameReader

    with FrameReader(path) as reader:
        level = np.array([target(grey).mean() for _, grey in reader.frames()])
        steps = exposure_steps(reader.facts.time_s, level, count)
        means = []
        for first, last in steps:
            total = np.zeros((reader.facts.height_px, reader.facts.width_px, 3))
            frames = range(first, last + 1)
            for _, picture in reader.frames(first, last + 1, colour=True):
                total += picture
            means.append(np.round(total / len(frames)).astype(np.uint8))
    return means


def _write(found: CameraColours, name: str, output: Path | None, images: list[str]) -> Path:
    """Write the colours into the instrument's profile: the one there is, or a new one."""
    import tomli_w

    from easytear.request.devices import device, load, user_folder
    from easytear.results import write_text

    try:
        content = device(name).model_dump(exclude_none=True, exclude={"key"})
    except EasyTearError:
        content = {"name": name, "sources": []}
    told = ("gamma", "white_balance")
    kept = []
    for source in content.get("sources", ()):
        rest = [fact for fact in source.get("tells", ()) if fact not in told]
        if rest or not source.get("tells"):
            kept.append({**source, "tells": rest})
    title = f"Measured on a grey target, {len(images)} exposures: {images[0]} to {images[-1]}"
    content |= {
        "gamma": round(found.gamma, 4),
        "white_balance": [round(v, 4) for v in found.white_balance],
        "sources": [*kept, {"title": title, "tells": list(told)}],
    }
    path = output or user_folder() / f"{Path(name).stem}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, tomli_w.dumps(content))
    load(path)
    return path
