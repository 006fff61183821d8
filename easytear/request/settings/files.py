"""Settings files (TOML): the one place that reads and writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from easytear.base.errors import SettingsError
from easytear.base.regular import read_text
from easytear.base.text import said
from easytear.request.settings._base import Group
from easytear.request.settings.model import Settings


@dataclass(frozen=True)
class SettingInfo:
    """One setting, described for a person; `label` is its name, the same everywhere.

    `bounds` is (lowest, highest) with None for no bound; `choices` is empty unless the value
    is one of a few words.
    """

    group: str
    name: str
    label: str
    default: Any
    unit: str
    bounds: tuple[float | None, float | None]
    choices: tuple[str, ...]
    description: str
    advanced: bool


def describe_settings() -> Iterator[SettingInfo]:
    """Yield every setting with its unit, default, bounds and meaning, in the order of the work."""
    for group_name, group_field in Settings.model_fields.items():
        group = group_field.default
        assert isinstance(group, Group)
        properties = (
            type(group).model_json_schema()["properties"] if type(group).model_fields else {}
        )
        for name, schema in properties.items():
            yield SettingInfo(
                group=group_name,
                name=name,
                label=schema.get("label") or name.replace("_", " ").capitalize(),
                default=getattr(group, name),
                unit=schema["unit"],
                bounds=(schema.get("minimum"), schema.get("maximum")),
                choices=tuple(schema.get("enum", ())) or _installed(schema),
                description=schema["description"],
                advanced=schema["advanced"],
            )


def _installed(schema: dict[str, Any]) -> tuple[str, ...]:
    """Return the choices of a setting that other packages add to; none where they do not."""
    group = schema.get("entry_points")
    if group is None:
        return ()
    others = {point.name for point in entry_points(group=group)} - {schema["default"]}
    return (str(schema["default"]), *sorted(others))


def check_installed(settings: Settings) -> None:
    """Raise SettingsError if settings name what another package adds, and it is not installed."""
    for info in describe_settings():
        schema = type(getattr(settings, info.group)).model_fields[info.name].json_schema_extra
        if not isinstance(schema, dict) or "entry_points" not in schema:
            continue
        value = getattr(getattr(settings, info.group), info.name)
        if value not in info.choices:
            raise SettingsError(
                f"{info.group}.{info.name}: {value!r} is not installed; there are "
                f"{', '.join(info.choices)}."
            )


def load_settings(path: Path) -> Settings:
    """Read settings from a TOML file; what it does not name keeps its default.

    Raises
    ------
    SettingsError
        If the file cannot be read, is not TOML, or names an unknown or impossible value.
    """
    try:
        data = tomllib.loads(read_text(path, "annotation_mb", "utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not a TOML file ({error}).") from error
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{path}: {where}: {said(first['msg'])}; 'easytear settings' lists what is allowed."
        ) from error


def dump_settings(settings: Settings) -> str:
    """Return the settings as TOML text, each value under a comment with its unit and meaning."""
    values = settings.model_dump()
    lines: list[str] = ["# EasyTear settings. Leave out what should keep its default.", ""]
    group = ""
    for info in describe_settings():
        if info.group != group:
            group = info.group
            lines += ["", f"[{group}]"]
        lines.append(f"# {info.description} {_range_text(info)}")
        lines.append(tomli_w.dumps({info.name: values[group][info.name]}).strip())
    return "\n".join(lines) + "\n"


def _range_text(info: SettingInfo) -> str:
    if info.choices:
        return f"(one of {', '.join(info.choices)})"
    low, high = info.bounds
    unit = "" if info.unit in ("-", "1") else f" {info.unit}"
    if low is None and high is None:
        return f"({info.unit})" if unit else ""
    return f"({low} to {high}{unit})"
