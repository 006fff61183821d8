"""What every group of settings is made of."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Stage = Literal["eye", "film", "measure", "show"]
"""What runs again when a setting changes: the whole video, the film in every interval, the
measurement alone, or nothing but pictures for people."""


class Group(BaseModel):
    """A frozen group of settings; unknown names are refused. Each group names its stage."""

    stage: ClassVar[Stage]

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def setting(
    default: Any,
    *,
    unit: str,
    label: str | None = None,
    description: str,
    ge: float | None = None,
    le: float | None = None,
    advanced: bool = False,
    stage: Stage | None = None,
    entry_points: str | None = None,
) -> Any:
    """Return a pydantic field that carries its unit.

    Parameters
    ----------
    default : Any
        The default value.
    unit : str
        Unit of the value: "s", "mm", "px", "1" for a pure number, "-" for a choice or switch.
    label : str, optional
        Its name for people, different from every other; made of the field's name if not given.
    description : str
        What it does and why the default is what it is, in a sentence or two for a person.
    ge, le : float, optional
        Bounds, both allowed.
    advanced : bool
        True for settings that a window shows only when asked.
    stage : {"eye", "film", "measure", "show"}, optional
        The stage that this setting touches, where it is not that of its group.
    entry_points : str, optional
        Group of entry points whose names are choices beside the default. What is not installed
        here is no error in a file: results made elsewhere are read all the same.
    """
    bounds: dict[str, Any] = {}
    if ge is not None:
        bounds["ge"] = ge
    if le is not None:
        bounds["le"] = le
    extra: dict[str, Any] = {"unit": unit, "advanced": advanced}
    if label is not None:
        extra["label"] = label
    if stage is not None:
        extra["stage"] = stage
    if entry_points is not None:
        extra["entry_points"] = entry_points
    field: Any = Field(default, description=description, json_schema_extra=extra, **bounds)
    return field
