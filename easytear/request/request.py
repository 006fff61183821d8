"""What was asked for: one frozen record, whole in summary.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from easytear.base.errors import SettingsError
from easytear.request.corrections import Corrections
from easytear.request.scale import SD_HVID_MM, Calibration
from easytear.request.settings import Settings


class ScaleRequest(BaseModel):
    """Where the scale is to come from.

    Attributes
    ----------
    kind : {"hvid", "mm_per_px", "device"}
        From the iris width in the picture; given as a number; from an instrument.
    value : float or None
        Millimetres: of this person's iris (None: the population's mean), or per pixel.
    sd : float or None
        One standard deviation of `value`, None where nobody said one.
    device : str or None
        The instrument's name, where one was named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["hvid", "mm_per_px", "device"] = "hvid"
    value: float | None = Field(default=None, gt=0)
    sd: float | None = Field(default=None, ge=0)
    device: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> ScaleRequest:
        if self.value is None and self.kind != "hvid":
            raise ValueError(f"a scale of the kind {self.kind} needs its value")
        if self.value is not None:
            low, high = (8.0, 15.0) if self.kind == "hvid" else (0.0005, 0.5)
            if not low <= self.value <= high:
                unit = "mm" if self.kind == "hvid" else "mm/px"
                raise ValueError(f"{self.value} is not within {low} and {high} {unit}")
        return self

    @classmethod
    def given(cls, known: Calibration, device: str | None = None) -> ScaleRequest:
        """Return the request for a scale that is known."""
        kind: Literal["mm_per_px", "device"] = "device" if known.source == "device" else "mm_per_px"
        return cls(kind=kind, value=known.mm_per_px, sd=known.mm_per_px_sd, device=device)

    def calibration(self) -> Calibration | None:
        """Return the scale if it is given, None where the iris tells it."""
        if self.kind == "hvid" or self.value is None:
            return None
        source: Literal["user", "device"] = "device" if self.kind == "device" else "user"
        return Calibration(mm_per_px=self.value, mm_per_px_sd=self.sd, source=source)

    @property
    def person_sd_mm(self) -> float:
        """How far this person's iris width is in doubt: people's spread where not measured."""
        return SD_HVID_MM if self.value is None else (self.sd or 0.0)


class Request(BaseModel):
    """All that is asked of a video: with the video and the version it gives the same results.

    Attributes
    ----------
    start_s, end_s : float or None
        The stretch that is analysed (`time_s` of the results format); None: to the video's end.
    scale : ScaleRequest
        Where millimetres come from.
    settings : Settings
        Every setting, defaults included.
    corrections : Corrections
        What a person decided.
    labels : dict
        What is known of the recording: subject, eye, visit, date, device, operator, notes. No
        number depends on it.
    unknown : tuple of str
        Fields of this record that older results do not tell; what stands there is no answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: float | None = None
    end_s: float | None = None
    scale: ScaleRequest = ScaleRequest()
    settings: Settings = Settings()
    corrections: Corrections = Corrections()
    labels: dict[str, str | None] = Field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> Request:
        if self.start_s is not None and self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError("end_s must be later than start_s")
        return self

    def but(self, **changes: Any) -> Request:
        """Return the request with fields replaced; these are then known."""
        unknown = tuple(name for name in self.unknown if name not in changes)
        return self.model_copy(update={**changes, "unknown": unknown})

    def with_settings(self, values: Mapping[str, str]) -> Request:
        """Return the request with settings replaced, each given as `group.name` and its text.

        Raises
        ------
        SettingsError
            If a setting is not known, or its value not allowed.
        """
        groups = self.settings.model_dump(mode="json")
        for name, text in values.items():
            group, _, key = name.partition(".")
            if key not in groups.get(group, {}):
                raise SettingsError(f"{name}: is no setting; 'easytear settings' lists them.")
            groups[group][key] = _value(text)
        try:
            return self.but(settings=Settings.model_validate(groups))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"][:2])
            raise SettingsError(
                f"{where}: {first['msg']}; 'easytear settings' lists what is allowed."
            ) from error


def read_request(path: Path) -> Request:
    """Read a request from a file: its own JSON, or a summary.json that holds one.

    Raises
    ------
    SettingsError
        If the file cannot be read or holds none.
    """
    import json

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Request.model_validate(data.get("request", data))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, AttributeError) as error:
        where = f" ({error.errors()[0]['msg']})" if isinstance(error, ValidationError) else ""
        raise SettingsError(f"{path}: holds no request of an analysis{where}.") from error


def _value(text: str) -> Any:
    """Return a setting's text as TOML would have it; a bare word is a word."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
