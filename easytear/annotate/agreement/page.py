"""The agreement as files: a page with figures, CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from easytear import __version__
from easytear.annotate.agreement.compare import Comparison
from easytear.annotate.agreement.figures import (
    bland_altman_plot,
    distance_over_time,
    pages_pair,
    side_by_side,
)
from easytear.annotate.agreement.records import (
    GOLD,
    PROGRAM,
    QUANTITIES,
    Agreement,
    PairAgreement,
)
from easytear.annotate.agreement.scores import OTHERS
from easytear.base.atomic import atomic_write
from easytear.base.text import safe_table
from easytear.results import write_text

PAGE = "agreement.html"
MANY_PAIRS = 10
"""Above so many (five observers) figures show each against one, and tables are folded."""


def write_agreement(comparison: Comparison, folder: Path, remark: str = "") -> Path:
    """Write page, JSON and tables into a folder; return the page.

    Parameters
    ----------
    comparison : Comparison
        What was found.
    folder : Path
        Made when absent; older files of the same names are replaced.
    remark : str
        A line under the page's heading.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("points", "front", "events", "measures", "scores"):
        _write_table(getattr(comparison, name), folder / f"{name}.csv")
    data = json.loads(comparison.agreement.model_dump_json())
    data["schema"] = data.pop("schema_")
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / "agreement.json", text + "\n")
    write_text(folder / PAGE, page(comparison, remark))
    return folder / PAGE


def page(comparison: Comparison, remark: str = "") -> str:
    """Return the page's HTML: one file that opens offline."""
    agreement = comparison.agreement
    environment = Environment(
        loader=PackageLoader("easytear.annotate.agreement", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    names = [Path(v).name for v in agreement.videos]
    return environment.get_template("page.html.jinja").render(
        title=", ".join(names) if len(names) < 4 else f"{len(names)} videos",
        remark=remark,
        version=__version__,
        agreement=agreement,
        short=summary_lines(agreement),
        quantities=QUANTITIES,
        measures=[
            {**row, "video": Path(row["video"]).name}
            for row in comparison.measures.to_dict("records")
            if any(pd.notna(row[name]) for name in QUANTITIES)
        ],
        iccs=[
            *(("all", n, one) for n, one in agreement.icc_all.items()),
            *(("people", n, one) for n, one in agreement.icc_people.items()),
        ],
        figures=_figures(comparison),
        golden=[one for one in agreement.scores if one.against == GOLD],
        others=[one for one in agreement.scores if one.against == OTHERS],
        missed=_missed(comparison),
        nested=any(one.subjects < one.targets for one in agreement.icc_all.values()),
        length=_length,
        edges=_edges,
        number=_number,
        ranged=_ranged,
        px=_px,
    )


def summary_lines(agreement: Agreement) -> list[str]:
    """Return what the comparison says, in a few sentences; of many observers the readers' own."""
    if len(agreement.pairs) > MANY_PAIRS:
        lines = _reader_lines(agreement)
        return lines or [_pair_line(pair) for pair in shown_pairs(agreement)]
    return [_pair_line(pair) for pair in agreement.pairs] or ["There is only one observer."]


def _reader_lines(agreement: Agreement) -> list[str]:
    lines = []
    for one in agreement.scores:
        parts = []
        if one.points_median_px is not None:
            parts.append(f"points {_length(one.points_median_px, one.points_median_mm)} apart")
        if one.front_median_px is not None:
            parts.append(f"front {one.front_median_px:.1f} px apart")
        if one.points_missed:
            parts.append(f"{one.points_missed} points missed")
        if parts:
            against = "the other readers" if one.against == OTHERS else f"the {one.against}"
            lines.append(f"{one.reader} and {against}: {', '.join(parts)} (medians).")
    together = agreement.icc_people.get("lambda_s")
    if together is not None:
        icc = _ranged(together.agreement, together.agreement_ci95)
        factor = _ranged(together.factor, together.factor_ci95)
        lines.append(
            f"λ among {together.raters} readers, {together.targets} intervals of "
            f"{together.subjects} subjects: ICC {icc}; two readers differ by a factor of at most "
            f"{factor} in 95 %."
        )
    return lines


def _pair_line(pair: PairAgreement) -> str:
    parts = []
    if pair.points:
        points = _length(pair.points.median_px, pair.points.median_mm)
        parts.append(f"points {points} apart (median)")
    if pair.front:
        front = _length(pair.front.median_px, pair.front.median_mm)
        parts.append(f"front {front} apart (median)")
    if pair.blinks and pair.blinks.f1 is not None:
        parts.append(f"blinks F1 {pair.blinks.f1:.2f}")
    ratio = pair.bland_altman.get("lambda_s")
    if ratio:
        parts.append(f"λ ratio {_ranged(ratio.ratio, ratio.ratio_ci95)}")
    said = "; ".join(parts) if parts else "nothing in common to compare"
    return f"{pair.a} and {pair.b}: {said}."


def shown_pairs(agreement: Agreement) -> list[PairAgreement]:
    """Return the pairs that figures show: all, or of many those with one common observer."""
    if len(agreement.pairs) <= MANY_PAIRS:
        return list(agreement.pairs)
    known = {one.name for one in agreement.observers}
    centre = GOLD if GOLD in known else PROGRAM
    return [pair for pair in agreement.pairs if centre in (pair.a, pair.b)]


def _figures(comparison: Comparison) -> dict[str, list[dict[str, str]]]:
    distances, measures = [], []
    pairs = {(pair.a, pair.b) for pair in shown_pairs(comparison.agreement)}
    points, front = (_of_pairs(t, pairs) for t in (comparison.points, comparison.front))
    if len(points):
        svg = distance_over_time(
            points,
            "since_s",
            "distance_px",
            "time since the point was begun (s)",
            "distance of points (px)",
        )
        distances.append({"svg": svg, "caption": "Points: median and the middle 80 %."})
    if len(front):
        svg = distance_over_time(
            front, "time_s", "mean_px", "video time (s)", "distance of fronts (px)"
        )
        distances.append({"svg": svg, "caption": "Front: mean distance of the two lines."})
    if comparison.measures.loc[comparison.measures["settled"], "lambda_s"].notna().any():
        svg = side_by_side(comparison.measures, "lambda_s", QUANTITIES["lambda_s"])
        measures.append({"svg": svg, "caption": "λ of each interval, by observer."})
    pair = pages_pair(comparison.agreement)
    if pair is not None:
        svg = bland_altman_plot(comparison.measures, pair)
        caption = f"Bland-Altman, {pair.a} over {pair.b}; bands are 95 % intervals."
        measures.append({"svg": svg, "caption": caption})
    return {"distances": distances, "measures": measures}


def _of_pairs(table: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.DataFrame:
    return table[[pair in pairs for pair in zip(table["a"], table["b"], strict=True)]]


def _write_table(table: pd.DataFrame, path: Path) -> None:
    heads = [n for n in ("video", "a", "b") if n in table]
    ordered = table[heads + [n for n in table.columns if n not in heads]]
    with atomic_write(path) as aside:
        safe_table(ordered.round(6)).to_csv(
            aside, index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL
        )


def _length(px: float, mm: float | None) -> str:
    return f"{px:.1f} px" + ("" if mm is None else f" ({mm:.3f} mm)")


def _edges(frames: Sequence[int], seconds: Sequence[float]) -> str:
    if not frames:
        return "–"
    largest = max(frames, key=abs)
    return f"{np.mean(frames):+.1f} (largest {largest:+d}; {np.mean(seconds):+.3f} s)"


def _missed(comparison: Comparison) -> list[str]:
    """Return in words the intervals of the gold standard that a reader left without any point."""
    table = comparison.scores
    empty = table[
        (table["against"] == GOLD) & (table["points"] == 0) & (table["points_missed"] > 0)
    ]
    return [
        f"{row['reader']}: {Path(row['video']).name}, interval {row['interval'] + 1}"
        for row in empty.to_dict("records")
    ]


def _px(value: float | None, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.1f} px" if signed else f"{value:.1f} px"


def _number(value: Any) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:.2f}"


def _ranged(value: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"
