"""The benchmark's figures and its page."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import chi2, norm, spearmanr

from benchmarks.table import ROWS, Row, judged, shown, values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, OTHER = "#0b6e99", "#b0592a"
LEVELS = np.array([0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99])
QUALITY_LIMIT = 0.5
"""Score under which an interval is flagged; shown as a line."""


def figures(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Return title -> PNG as base64, for what can be drawn from these tables."""
    ours = tables["easytear"]
    drawn: dict[str, str] = {}
    for title, figure in (
        ("Errors scene by scene", _by_scene(tables)),
        ("Claimed against observed: do the 95 % intervals hold?", _coverage(ours)),
        ("Quality score against error", _quality(ours)),
    ):
        if figure is not None:
            drawn[title] = _png(figure)
    return drawn


def _by_scene(tables: dict[str, pd.DataFrame]) -> Figure | None:
    wanted = ("eye_rms_px", "track_1s_px", "front_px", "lambda_error", "rho_error", "v0_error")
    rows = [r for r in ROWS if r.column in wanted]
    scenes = list(dict.fromkeys(tables["easytear"]["scene"]))
    figure = Figure(figsize=(11, 2.3 * len(rows)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(rows), 1, sharex=True))
    for axis, row in zip(axes, rows, strict=True):
        for name, table in tables.items():
            if name == "annotator":
                continue
            _dots(axis, table, row, scenes, name)
        if row.goal:
            axis.axhline(row.goal, color="0.5", lw=0.8, ls="--")
        axis.set_yscale("symlog", linthresh=row.goal or 1.0)
        axis.set_ylabel(row.title, fontsize=8)
        axis.set_ylim(bottom=0)
        axis.grid(axis="y", lw=0.3)
    axes[-1].set_xticks(range(len(scenes)), scenes, rotation=60, ha="right", fontsize=8)
    axes[0].legend(ncols=5, fontsize=8, loc="upper right")
    return figure


def _dots(axis: Axes, table: pd.DataFrame, row: Row, scenes: list[str], name: str) -> None:
    numbers = values(table, row)
    at = [scenes.index(s) for s in table.loc[numbers.index, "scene"] if s in scenes]
    mine = name == "easytear"
    axis.plot(
        at,
        numbers.to_numpy(),
        "o" if mine else "x",
        ms=5 if mine else 4,
        color=OURS if mine else None,
        alpha=0.8,
        label="EasyTear" if mine else name,
        zorder=3 if mine else 2,
    )


def coverage(errors_in_sd: np.ndarray) -> np.ndarray:
    """Return the observed share of |error| / sd within each claimed level's bound."""
    bounds = norm.ppf(0.5 + LEVELS / 2.0)
    size = np.abs(errors_in_sd)
    return np.array([float((size <= bound).mean()) for bound in bounds])


def _coverage(table: pd.DataFrame) -> Figure | None:
    names = [n for n in ("lambda_ci_sd", "rho_ci_sd", "v0_ci_sd") if n in table]
    if not names:
        return None
    figure = Figure(figsize=(5.5, 5.0), layout="constrained")
    axis = figure.subplots()
    axis.plot([0, 1], [0, 1], color="0.6", lw=0.8)
    labels = {"lambda_ci_sd": "lambda", "rho_ci_sd": "rho", "v0_ci_sd": "initial velocity"}
    for name in names:
        known = table[name].dropna().to_numpy(dtype=float)
        if len(known) == 0:
            continue
        observed = coverage(known)
        line = axis.plot(LEVELS, observed, "o-", ms=4, label=f"{labels[name]} (n = {len(known)})")
        low, high = binomial_limits(observed, len(known))
        axis.fill_between(LEVELS, low, high, color=line[0].get_color(), alpha=0.12)
    within = table.get("track_within_2sd", pd.Series(dtype=float)).dropna()
    if len(within):
        axis.plot([0.9545], [within.mean()], "s", color="k", label="track positions, 2 sd_px")
    axis.set(xlabel="claimed", ylabel="observed", xlim=(0, 1), ylim=(0, 1.02))
    axis.legend(fontsize=8, loc="upper left")
    return figure


def binomial_limits(share: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's 95 % limits of observed shares."""
    z2 = float(chi2.ppf(0.95, 1))
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = np.sqrt(z2) * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return middle - half / (1 + z2 / count), middle + half / (1 + z2 / count)


def quality_rank(table: pd.DataFrame) -> dict[str, float | None]:
    """Return Spearman's rank correlation of quality score and error sizes (below 0: it ranks)."""
    out: dict[str, float | None] = {}
    for column in ("lambda_error", "rho_error", "v0_error", "front_px", "track_1s_px"):
        known = table[table.get("quality", pd.Series(index=table.index)).notna()]
        known = known[known[column].notna()] if column in known else known.iloc[:0]
        size = known[column].astype(float).abs() if len(known) else pd.Series(dtype=float)
        varied = len(known) >= 5 and known["quality"].nunique() > 1
        out[column] = float(spearmanr(known["quality"], size)[0]) if varied else None
    return out


def _quality(table: pd.DataFrame) -> Figure | None:
    if "quality" not in table or "lambda_error" not in table:
        return None
    known = table[table["lambda_error"].notna()]
    if known.empty:
        return None
    figure = Figure(figsize=(8.5, 3.6), layout="constrained")
    for axis, column in zip(figure.subplots(1, 2), ("lambda_error", "rho_error"), strict=True):
        axis.plot(known["quality"], known[column].abs().astype(float), "o", color=OURS, alpha=0.7)
        axis.axvline(QUALITY_LIMIT, color=OTHER, lw=0.8, ls="--")
        axis.set(xlabel="quality score", ylabel=f"|{column.removesuffix('_error')}| error")
        axis.set_yscale("symlog", linthresh=0.01)
    return figure


def _png(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def write_figures(drawn: dict[str, str], folder: Path) -> list[Path]:
    """Write the figures as PNG files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, png in enumerate(drawn.values(), start=1):
        path = folder / f"figure{number}.png"
        path.write_bytes(base64.b64decode(png))
        paths.append(path)
    return paths


def page(tables: dict[str, pd.DataFrame], drawn: dict[str, str], notes: list[str]) -> str:
    """Return the page: table, figures, notes, in one file."""
    others = [n for n in tables if n != "easytear"]
    head = "".join(f"<th>{html.escape(n)}</th>" for n in ["", "goal", "EasyTear", "worst", *others])
    body = []
    for row in ROWS:
        mine = judged(tables["easytear"], row)
        mark = {True: "yes", False: "no", None: ""}[mine["reached"]]
        cells = [
            row.title,
            shown(row.goal, row),
            shown(mine["value"], row),
            f"{shown(mine['worst'], row)} ({mine['worst_scene']})",
            *(shown(judged(tables[n], row)["value"], row) for n in others),
        ]
        data = "".join(f"<td>{html.escape(c)}</td>" for c in cells)
        body.append(f'<tr class="{mark}">{data}</tr>')
    pictures = "".join(
        f'<h2>{html.escape(t)}</h2><img alt="{html.escape(t)}" src="data:image/png;base64,{p}">'
        for t, p in drawn.items()
    )
    told = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>EasyTear benchmark</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto }}
table {{ border-collapse: collapse; font-size: 13px }}
th, td {{ padding: .25rem .6rem; text-align: left; border-bottom: 1px solid #ddd }}
tr.yes td:nth-child(3) {{ color: #1d6b35; font-weight: 600 }}
tr.no td:nth-child(3) {{ color: #a3241d; font-weight: 600 }}
img {{ max-width: 100% }}
</style>
<h1>EasyTear benchmark</h1>
<p>Medians over all intervals (means for shares and counts), the worst interval beside them. Green:
the goal is reached, worst case included.</p>
<table><tr>{head}</tr>{"".join(body)}</table>
{pictures}
<h2>Notes</h2><ul>{told}</ul>
</html>
"""
