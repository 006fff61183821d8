"""What was asked for: one frozen record, whole in summary.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from easytear.base.errors import SettingsError
from easytear.base.regular import read_json
from easytear.base.text import said
from easytear.request.corrections import CorrectionNote, Corrections
from easytear.request.scale import ScaleRequest
from easytear.request.settings import Settings


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

    def notes(self) -> tuple[CorrectionNote, ...]:
        """Return every decision of a person as people read it."""
        scale, notes = self.scale, self.corrections.notes()
        if scale.by is None and scale.when is None and scale.why is None:
            return notes
        told = CorrectionNote(
            what="scale",
            detail=scale.detail(),
            by=scale.by,
            when=scale.when,
            why=scale.why,
            device=scale.device,
        )
        return (told, *notes)

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
                f"{where}: {said(first['msg'])}; 'easytear settings' lists what is allowed."
            ) from error


def read_request(path: Path) -> Request:
    """Read a request from a file: its own JSON, or a summary.json that holds one.

    Raises
    ------
    SettingsError
        If the file cannot be read or holds none.
    """
    try:
        data = read_json(path, "results_mb")
        return Request.model_validate(data.get("request", data))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, AttributeError, RecursionError) as error:
        where = f" ({said(error.errors()[0]['msg'])})" if isinstance(error, ValidationError) else ""
        raise SettingsError(f"{path}: holds no request of an analysis{where}.") from error


def _value(text: str) -> Any:
    """Return a setting's text as TOML would have it; a bare word is a word."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
