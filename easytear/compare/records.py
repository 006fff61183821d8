"""What a comparison of two results holds; also the data model of comparison.json."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Pair = tuple[float, float]
Verdict = Literal[
    "more than chance", "more than measurement error", "within chance", "cannot be told"
]

SCHEMA: Final = "easytear-comparison/1"


class Record(BaseModel):
    """A frozen part of a comparison."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Side(Record):
    """One of the two results.

    Attributes
    ----------
    name : str
        What it is called: the folder's name.
    intervals : tuple of int
        Its intervals that are compared (index, from 0).
    shown : int or None
        The interval whose film and curves are shown; None where no spread was measured.
    """

    name: str
    video: str
    sha256: str
    easytear: str
    mm_per_px: float | None
    labels: dict[str, str | None] = Field(default_factory=dict)
    intervals: tuple[int, ...]
    shown: int | None


class Contrast(Record):
    """How far one quantity differs between the two.

    Attributes
    ----------
    a, b : float or None
        Means over the compared intervals (geometric where compared by ratios).
    a_count, b_count : int
        Intervals in each.
    kind : {"ratio", "difference"}
        Whether `change` is b / a or b - a.
    change, change_ci95 : float or None, pair or None
        The interval is None where the scatter of neither program nor person is known.
    p : float or None
        Of no change, for this quantity alone.
    verdict : str or None
        After Holm over all quantities that are judged: in pairs without any change, at most 5 %
        have a quantity told "more than chance". Where neither repeated intervals nor a study tell
        how an eye varies by itself, it is "more than measurement error" at most. None for
        quantities that are shown only.
    detectable : float or None
        The smallest change (a ratio above 1, or a difference above 0) that would be told from
        chance alone in 95 % of such pairs.
    """

    key: str
    label: str
    unit: str
    kind: Literal["ratio", "difference"]
    a: float | None
    b: float | None
    a_count: int
    b_count: int
    change: float | None
    change_ci95: Pair | None
    p: float | None
    verdict: Verdict | None
    detectable: float | None


class Comparison(Record):
    """Two results compared.

    Attributes
    ----------
    same_eye : bool
        Whether both are of one eye: what its iris width leaves unknown is then common to both.
    between_visits : str
        Where the scatter between visits comes from; empty where it is unknown.
    judged, shown : tuple of Contrast
        Quantities with a verdict, and further ones.
    warnings : tuple of str
        What else than the eye differs, in sentences.
    """

    schema_: Literal["easytear-comparison/1"] = Field(default=SCHEMA, alias="schema")
    a: Side
    b: Side
    same_eye: bool
    between_visits: str
    judged: tuple[Contrast, ...]
    shown: tuple[Contrast, ...]
    warnings: tuple[str, ...]
