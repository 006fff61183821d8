"""Plain scripts that compute a study's statistics again from its table, in Python and in R."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from easytear.results import write_text
from easytear.study.columns import Column
from easytear.study.statistics import Statistics
from easytear.study.values import MEASURES, Values, visit_column

PYTHON: Final = "study-statistics.py"
R: Final = "study-statistics.R"
MARK: Final = "@@STUDY@@"


def write_scripts(study: Path, said: Statistics, clinical: Sequence[Column]) -> None:
    """Write study-statistics.py and .R beside the table that they read."""
    values = said.values
    told = _told(said, values, clinical)
    templates = files("easytear.study") / "templates"
    for name, text in ((PYTHON, json.dumps(told, indent=1)), (R, _in_r(told))):
        template = (templates / f"{name}.txt").read_text(encoding="utf-8")
        write_text(study / name, template.replace(MARK, text))


def _told(said: Statistics, values: Values, clinical: Sequence[Column]) -> dict[str, object]:
    """Return what the scripts must know of a study beside its table."""
    numbers = [column.name for column in clinical if column.kind == "number"]
    there = [name for name in numbers if name in values.rows]
    return {
        "has_subjects": values.has_subjects,
        "visit": visit_column(values.rows),
        "groups": list(dict.fromkeys(c.column for c in said.comparisons)),
        "numbers": there,
        "clinical": there,
        "missing": values.missing,
        "same": values.same,
        "measures": [
            {"column": m.column, "log": m.log, "converged": m.converged} for m in MEASURES
        ],
    }


def _in_r(told: object) -> str:
    """Return nested data as an expression of R."""
    if isinstance(told, dict):
        inner = ", ".join(f"{_quoted(key)} = {_in_r(value)}" for key, value in told.items())
        return f"list({inner})"
    if isinstance(told, list):
        return f"list({', '.join(_in_r(one) for one in told)})"
    if told is None:
        return "NULL"
    if isinstance(told, bool):
        return "TRUE" if told else "FALSE"
    return _quoted(told) if isinstance(told, str) else repr(told)


def _quoted(text: object) -> str:
    plain = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
