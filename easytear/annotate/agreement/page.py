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
from easytear.annotate.agreement.records import QUANTITIES, Agreement
from easytear.base.atomic import atomic_write
from easytear.results import write_text

PAGE = "agreement.html"


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
    for name in ("points", "front", "events", "measures"):
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
        ],
        iccs=[
            *(("all", n, one) for n, one in agreement.icc_all.items()),
            *(("people", n, one) for n, one in agreement.icc_people.items()),
        ],
        figures=_figures(comparison),
        length=_length,
        edges=_edges,
        number=_number,
        ranged=_ranged,
    )


def summary_lines(agreement: Agreement) -> list[str]:
    """Return what the comparison says, in a few sentences."""
    lines = []
    for pair in agreement.pairs:
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
        lines.append(f"{pair.a} and {pair.b}: {said}.")
    return lines or ["There is only one observer."]


def _figures(comparison: Comparison) -> dict[str, list[dict[str, str]]]:
    distances, measures = [], []
    if len(comparison.points):
        svg = distance_over_time(
            comparison.points,
            "since_s",
            "distance_px",
            "time since the point was begun (s)",
            "distance of points (px)",
        )
        distances.append({"svg": svg, "caption": "Points: median and the middle 80 %."})
    if len(comparison.front):
        svg = distance_over_time(
            comparison.front, "time_s", "mean_px", "video time (s)", "distance of fronts (px)"
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


def _write_table(table: pd.DataFrame, path: Path) -> None:
    heads = [n for n in ("video", "a", "b") if n in table]
    ordered = table[heads + [n for n in table.columns if n not in heads]]
    with atomic_write(path) as aside:
        ordered.round(6).to_csv(
            aside, index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL
        )


def _length(px: float, mm: float | None) -> str:
    return f"{px:.1f} px" + ("" if mm is None else f" ({mm:.3f} mm)")


def _edges(frames: Sequence[int], seconds: Sequence[float]) -> str:
    if not frames:
        return "–"
    largest = max(frames, key=abs)
    return f"{np.mean(frames):+.1f} (largest {largest:+d}; {np.mean(seconds):+.3f} s)"


def _number(value: Any) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:.2f}"


def _ranged(value: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"
