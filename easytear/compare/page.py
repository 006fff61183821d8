"""A comparison as files: a page, a table, JSON."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from easytear import __version__
from easytear.base.atomic import atomic_write
from easytear.base.text import safe_cell
from easytear.compare.figures import COLOURS, overlaid
from easytear.compare.records import Comparison, Contrast
from easytear.report.figures import svg
from easytear.results import Analysis, IntervalResult, write_text
from easytear.show.numbers import UNKNOWN, number, with_interval

PAGE: Final = "compare.html"
TABLE: Final = "compare.csv"
JSON: Final = "compare.json"

_COLUMNS: Final = (
    "key", "label", "unit", "kind", "a", "b", "a_count", "b_count", "change", "change_low",
    "change_high", "p", "verdict", "detectable",
)  # fmt: skip


def write_comparison(
    comparison: Comparison,
    sides: tuple[Analysis, Analysis],
    folder: Path,
    video: str | None = None,
) -> Path:
    """Write compare.json, compare.csv and the page into a folder; return the page.

    Parameters
    ----------
    comparison : Comparison
        What was found.
    sides : pair of Analysis
        The results behind it, for the curves.
    folder : Path
        Made when absent; older files of the same names are replaced.
    video : str, optional
        Name of the video of both films beside the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = comparison.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / JSON, text + "\n")
    _write_table(comparison, folder / TABLE)
    write_text(folder / PAGE, page(comparison, sides, video))
    return folder / PAGE


def page(comparison: Comparison, sides: tuple[Analysis, Analysis], video: str | None = None) -> str:
    """Return the page's HTML; parameters as in `write_comparison`."""
    environment = Environment(
        loader=PackageLoader("easytear.compare"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("easytear.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    return environment.get_template("compare.html").render(
        style=Markup(style),
        c=comparison,
        colours=COLOURS,
        lines=summary_lines(comparison),
        figures=_figures(comparison, sides),
        video=video,
        version=__version__,
        value=_value,
        change=change_text,
        detectable=_detectable,
    )


def summary_lines(comparison: Comparison) -> list[str]:
    """Return what the comparison says, in a few sentences."""
    told = changed(comparison)
    known = [one for one in comparison.judged if one.verdict != "cannot be told"]
    if not known:
        return ["Nothing could be compared: no quantity is known with an interval in both."]
    if told:
        said = "; ".join(f"{one.label} {_words(one)}" for one in told)
        error = any(one.verdict == "more than measurement error" for one in told)
        lines = [f"More than {'measurement error' if error else 'chance'}: {said}."]
    else:
        lines = [f"No change is told from chance in any of {len(known)} quantities."]
    if not comparison.between_visits:
        one_each = all(one.a_count == one.b_count == 1 for one in known)
        inside = (
            "the program's error alone, as there is one interval in each"
            if one_each
            else "the program's error and what differs between the intervals of one recording"
        )
        lines.append(
            f"Chance here is {inside}. How much this eye varies from visit to visit is not in it: "
            "that takes a study of repeated visits (--study)."
        )
    else:
        lines.append(f"Chance includes the scatter between visits of {comparison.between_visits}.")
    return lines


def changed(comparison: Comparison) -> list[Contrast]:
    """Return the quantities that are told to differ."""
    return [one for one in comparison.judged if (one.verdict or "").startswith("more")]


def _words(one: Contrast) -> str:
    if one.kind == "difference" or one.change is None:
        return f"by {change_text(one)}"
    return f"times {change_text(one)}"


def change_text(one: Contrast) -> str:
    """Return a change with its interval, as people read it."""
    unit = "" if one.kind == "ratio" else one.unit
    return with_interval(one.change, one.change_ci95 or (None, None), unit)


def _value(one: Contrast, which: str) -> str:
    value = one.a if which == "a" else one.b
    count = one.a_count if which == "a" else one.b_count
    if value is None:
        return UNKNOWN
    return f"{number(value)} {one.unit}".strip() + (f" (n = {count})" if count > 1 else "")


def _detectable(one: Contrast) -> str:
    if one.detectable is None:
        return UNKNOWN
    if one.kind == "ratio":
        return f"× {number(one.detectable)}"
    return f"± {number(one.detectable, 2)} {one.unit}".strip()


def _figures(
    comparison: Comparison, sides: tuple[Analysis, Analysis]
) -> list[tuple[str, Markup, bool]]:
    shown = tuple(
        _shown(analysis, side.shown)
        for analysis, side in zip(sides, (comparison.a, comparison.b), strict=True)
    )
    if shown[0] is None or shown[1] is None:
        return []
    return [
        # made by matplotlib from numbers alone, hence safe to take as it is
        (panel.title, Markup(svg(panel, f"compare-{place}")), panel.wide)
        for place, panel in enumerate(overlaid(sides, (shown[0], shown[1])))
    ]


def _shown(analysis: Analysis, index: int | None) -> IntervalResult | None:
    return next((one for one in analysis.summary.intervals if one.index == index), None)


def _write_table(comparison: Comparison, path: Path) -> None:
    with atomic_write(path) as aside, aside.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(_COLUMNS)
        for one in (*comparison.judged, *comparison.shown):
            values = one.model_dump(mode="json")
            low, high = one.change_ci95 or (None, None)
            values.update(change_low=low, change_high=high)
            rows.writerow([_cell(values[name]) for name in _COLUMNS])


def _cell(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else safe_cell(value)
