"""What the options of a command ask for, as one request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from easytear.base.errors import EasyTearError
from easytear.base.regular import read_json
from easytear.cli.app import EXIT_USAGE
from easytear.cli.console import say

if TYPE_CHECKING:
    from easytear.request.corrections import Corrections
    from easytear.request.devices import Device
    from easytear.request.request import Request


@dataclass(frozen=True)
class Asked:
    """The options that say what is asked of a video; what is None stays as it was.

    `settings` are texts `group.name=value`, `labels` texts `name=value`; `request`, `config` and
    `corrections` are files.
    """

    request: Path | None = None
    config: Path | None = None
    settings: tuple[str, ...] = ()
    corrections: Path | None = None
    mm_per_px: float | None = None
    hvid_mm: float | None = None
    device: str | None = None
    fps: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    labels: tuple[str, ...] = ()

    def check(self) -> None:
        """Exit with a sentence where the options contradict each other or cannot be."""
        scales = [self.mm_per_px, self.hvid_mm]
        problem = None
        if None not in scales:
            problem = "give either --mm-per-px or --hvid, not both"
        elif self.mm_per_px is not None and not 0.0005 <= self.mm_per_px <= 0.5:
            problem = "--mm-per-px must be between 0.0005 and 0.5"
        elif self.hvid_mm is not None and not 8.0 <= self.hvid_mm <= 15.0:
            problem = "--hvid must be between 8 and 15 mm"
        elif self.start_s is not None and self.end_s is not None and self.end_s <= self.start_s:
            problem = "--end must be later than --start"
        elif any("=" not in text for text in self.settings):
            problem = "--set takes group.name=value, for example --set spread.window_s=4"
        elif any("=" not in text for text in self.labels):
            problem = "--label takes name=value, for example --label subject=S07"
        if problem:
            refuse(problem)

    def profile(self) -> Device | None:
        """Return the instrument that was named; an unknown one is wrong use."""
        if self.device is None:
            return None
        from easytear.request.devices import device

        try:
            return device(self.device)
        except EasyTearError as error:
            refuse(str(error).rstrip("."))

    def of(self, before: Request | None = None) -> Request:
        """Return the request, but for a device's scale, which needs the video's width.

        Parameters
        ----------
        before : Request, optional
            What was asked for earlier: what no option names stays so.
        """
        from easytear.request.request import Request, read_request
        from easytear.request.scale import ScaleRequest
        from easytear.request.settings import check_installed, load_settings, with_fps

        request = Request() if before is None else before
        if self.request is not None:
            request = read_request(self.request)
        if self.config is not None:
            request = request.but(settings=load_settings(self.config))
        if self.fps is not None:
            request = request.but(settings=with_fps(request.settings, self.fps))
        if self.settings:
            pairs = (text.partition("=") for text in self.settings)
            request = request.with_settings({name.strip(): v.strip() for name, _, v in pairs})
        if before is None or request.settings != before.settings:
            check_installed(request.settings)
        for name in ("start_s", "end_s"):
            if getattr(self, name) is not None:
                request = request.but(**{name: getattr(self, name)})
        if self.labels:
            given = (text.partition("=") for text in self.labels)
            named = {name.strip(): value.strip() or None for name, _, value in given}
            request = request.but(labels={**request.labels, **named})
        if self.hvid_mm is not None:
            request = request.but(scale=ScaleRequest(value=self.hvid_mm))
        if self.mm_per_px is not None:
            request = request.but(scale=ScaleRequest(kind="mm_per_px", value=self.mm_per_px))
        if self.corrections is not None:
            request = request.but(corrections=read_corrections(self.corrections))
        return request

    def with_device(self, request: Request, device: Device, width_px: int) -> Request:
        """Return the request with an instrument's name, colours, and scale if none was given."""
        from easytear.request.scale import ScaleRequest

        request = request.but(labels={**request.labels, "device": device.key})
        if device.gamma is not None and device.white_balance is not None:
            colours = {"gamma": device.gamma, "white_balance": device.white_balance}
            thickness = request.settings.thickness
            own = thickness.model_copy(update={**colours, "calibrated": True})
            if not thickness.calibrated:  # a person's own settings stay
                settings = request.settings.model_copy(update={"thickness": own})
                request = request.but(settings=settings)
        scale = device.scale(width_px)
        if scale is None or self.hvid_mm is not None or self.mm_per_px is not None:
            return request
        return request.but(scale=ScaleRequest.given(scale, device.key))


def read_corrections(path: Path) -> Corrections:
    """Return the corrections of a file: a list of them, a request, or a summary.json."""
    from pydantic import ValidationError

    from easytear.request.corrections import Corrections

    try:
        data = read_json(path, "results_mb")
        if isinstance(data, dict):
            data = data.get("request", data)
            data = data.get("corrections", data)
        return Corrections.model_validate(data)
    except (OSError, ValueError, AttributeError, ValidationError, RecursionError) as error:
        raise EasyTearError(f"{path}: cannot be read as corrections.") from error


def refuse(problem: str) -> NoReturn:
    """Say what is wrong with the options, and exit."""
    say(f"easytear: {problem}.")
    raise typer.Exit(EXIT_USAGE)
