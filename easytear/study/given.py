"""What was given for a study: it holds for its further runs until something else is given."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from easytear.base.errors import SettingsError
from easytear.base.folders import make_private_folder
from easytear.base.regular import read_regular
from easytear.request.settings import Settings
from easytear.results import write_text
from easytear.study.plan import key_folder

GIVEN: Final = ".given.json"

LONGEST: Final = 1_000_000
"""Bytes: some lines."""

OPTIONS: Final = {
    "name_pattern": "--name-pattern",
    "clinical": "--clinical",
    "allow_columns": "--allow-column",
    "missing": "--missing",
    "globs": "--glob",
    "by": "--by",
    "min_quality": "--min-quality",
    "mm_per_px": "--mm-per-px",
    "hvid_mm": "--hvid",
    "settings": "--config or --fps",
}
"""How a person gives each."""


class Given(BaseModel):
    """Options of `easytear batch` that say what a study is; None or empty where not given.

    Attributes
    ----------
    settings : dict
        Those that differ from the defaults: those of a later version shall hold for the rest.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name_pattern: str | None = None
    clinical: str | None = None
    allow_columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    by: str | None = None
    min_quality: float | None = None
    mm_per_px: float | None = None
    hvid_mm: float | None = None
    settings: dict[str, dict[str, Any]] = {}

    def over(self, earlier: Given) -> tuple[Given, tuple[str, ...]]:
        """Return what holds now, and the names of what is taken from an earlier run."""
        now, before = self.model_dump(), earlier.model_dump()
        if self.mm_per_px is not None or self.hvid_mm is not None:  # one of the two is the scale
            before["mm_per_px"] = before["hvid_mm"] = None
        kept = [name for name, value in before.items() if value and not now[name]]
        return Given(**{**now, **{name: before[name] for name in kept}}), tuple(kept)

    def settings_of(self) -> Settings:
        """Return the settings.

        Raises
        ------
        SettingsError
            If this version does not know them.
        """
        values = Settings().model_dump(mode="json")
        for group, changes in self.settings.items():
            values[group] = {**values.get(group, {}), **changes}
        try:
            return Settings.model_validate(values)
        except ValidationError as error:
            raise SettingsError(
                "the settings that this study was made with are not those of this version; give "
                "--config, or --forget for the defaults."
            ) from error


def changes_of(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the settings that differ from the defaults, as plain values."""
    default = Settings().model_dump(mode="json")
    found = {
        group: {name: value for name, value in values.items() if value != default[group][name]}
        for group, values in settings.model_dump(mode="json").items()
    }
    return {group: changes for group, changes in found.items() if changes}


def read_given(study: Path, anonymise: bool) -> Given:
    """Return what was given before; nothing where that is not known."""
    try:
        return Given.model_validate_json(read_regular(_place(study, anonymise), LONGEST))
    except (OSError, ValidationError):
        return Given()


def write_given(study: Path, anonymise: bool, given: Given) -> None:
    """Keep what was given: where names are hidden, beside the key."""
    if anonymise:
        make_private_folder(key_folder(study))
    place = _place(study, anonymise)
    write_text(place, given.model_dump_json(indent=1) + "\n")
    if anonymise:
        with suppress(OSError):  # some shares know no permissions
            place.chmod(0o600)


def _place(study: Path, anonymise: bool) -> Path:
    return (key_folder(study) if anonymise else study) / GIVEN
