"""The same film filmed otherwise: what changes in the numbers that should not.

    python -m benchmarks.metamorphic VIDEO
    python -m benchmarks.metamorphic VIDEO --only shrunk_black aperture --end 4
    python -m benchmarks.metamorphic VIDEO --csv table.csv --markdown table.md --jobs 2
    python -m benchmarks.metamorphic --list

Each change of `benchmarks.filmed` makes a video of its own, which is analysed by the command
`easytear analyze`, as a user would, and compared with the untouched one: the scale by the change
of size, lambda by that of the clock, pupil and iris by where the change puts them. It needs no
truth and runs on any video.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import filmed
from benchmarks.changes import Changed, film_of
from benchmarks.compared import COLUMNS, Reading, compare, reading, spread_of
from benchmarks.filmed import CHANGES, make
from benchmarks.page import table_markdown
from benchmarks.running import run_command
from easytear.base.atomic import atomic_write
from easytear.base.errors import EasyTearError
from easytear.video import FrameReader

assert filmed.PARTS  # importing it registers the changes


def analysed(video: Path, work: Path, more: list[str]) -> tuple[Reading | None, str]:
    """Return what the command measures on a video, None and its last words where it fails."""
    run = run_command(
        ["analyze", str(video), "-o", str(work), "-q", "--overwrite", "--workers", "1", *more]
    )
    words = run.told.strip().splitlines()
    if run.exit_code != 0:
        return None, words[-1] if words else f"exit code {run.exit_code}"
    return reading(work / video.stem), ""


def changed_row(
    name: str, video: Path, work: Path, base: Reading, options: argparse.Namespace
) -> dict[str, Any] | None:
    """Make one change, analyse it, and return its row; None where it does not apply."""
    made = make(name, video, work, options.end)
    if made is None:
        return None
    found, words = analysed(made.video, work, _scale(options, made))
    row: dict[str, Any] = {"change": name, "kind": made.change.kind}
    row |= {"error": words} if found is None else compare(base, found, made)
    if not options.keep:
        made.video.unlink()
    return row


def _scale(options: argparse.Namespace, made: Changed | None = None) -> list[str]:
    more = [] if options.hvid is None else ["--hvid", f"{options.hvid:g}"]
    if options.mm_per_px is not None:
        more += ["--mm-per-px", f"{options.mm_per_px / (made.zoom if made else 1.0):.6g}"]
    return more


def run(video: Path, work: Path, options: argparse.Namespace) -> pd.DataFrame:
    """Return the table of all changes asked for, one row a change."""
    if options.end is not None:
        video = _beginning(video, work, options.end)
    base, words = analysed(video, work / "untouched", _scale(options))
    if base is None:
        raise EasyTearError(f"{video}: the untouched video cannot be analysed: {words}")

    def one(name: str) -> dict[str, Any] | None:
        row = changed_row(name, video, work, base, options)
        said = "does not apply" if row is None else row.get("error") or row["verdict"]
        print(f"{name}: {said}", file=sys.stderr, flush=True)
        return row

    with ThreadPoolExecutor(options.jobs) as pool:
        rows = [row for row in pool.map(one, options.only or list(CHANGES)) if row]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))


def _beginning(video: Path, work: Path, end_s: float) -> Path:
    """Write the first seconds of a video, so that the untouched one has the same frames."""
    made = make("copy", video, work, end_s)
    assert made is not None
    target = work / f"{video.stem}_{end_s:g}s.mp4"
    made.video.replace(target)
    return target


def text_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return the table as text, its head first."""
    out = [list(COLUMNS.values())]
    for record in table.to_dict("records"):
        out.append([_cell(str(column), record[column]) for column in COLUMNS])
    return out


def _cell(column: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or not np.isfinite(value):
        return "" if column == "error" else "-"
    return f"{100 * value:+.1f}" if column.endswith("_error") else f"{value:.3g}"


def summary_lines(table: pd.DataFrame) -> list[str]:
    """Return how many changes hold, and how far the numbers scatter over all of them."""
    verdicts = table["verdict"].fillna("no result")
    lines = [f"{int((verdicts == 'holds').sum())} of {len(table)} changes hold."]
    for name, said in (("lambda", "lambda"), ("rho", "rho"), ("v0", "the initial velocity")):
        found = spread_of(table[f"{name}_error"])
        if found is not None:
            lines.append(
                f"{said}: standard deviation of the logarithm {found[0]:.3f} (n = {found[1]})"
            )
    scale = table["scale_error"].dropna().abs()
    if len(scale):
        lines.append(f"scale: median {100 * scale.median():.2f} %, worst {100 * scale.max():.2f} %")
    return lines


def main() -> None:
    """Run from the command line."""
    options = _options()
    if options.list:
        for one in CHANGES.values():
            print(f"{one.name:15s} {one.kind:7s} {one.meaning}")
        return
    if options.video is None:
        sys.exit("Which video? See --help.")
    with FrameReader(options.video) as reader:
        film = film_of(reader)
    print(f"{options.video.name}: {film.width_px}x{film.height_px}, {film.fps:.2f}/s")
    work = options.work / options.video.stem
    table = run(options.video, work, options)
    _write_json(work / "table.json", table)
    cells = text_cells(table)
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(*summary_lines(table), sep="\n")
    if options.csv:
        with atomic_write(options.csv) as aside:
            table.to_csv(aside, index=False)
    if options.markdown:
        points = "\n".join(f"- {line}" for line in summary_lines(table))
        with atomic_write(options.markdown) as aside:
            aside.write_text(f"{table_markdown(cells)}\n{points}\n", encoding="utf-8")
    if options.json:
        _write_json(options.json, table)


def _write_json(path: Path, table: pd.DataFrame) -> None:
    with atomic_write(path) as aside:
        aside.write_text(
            json.dumps(json.loads(table.to_json(orient="records")), indent=1), encoding="utf-8"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.metamorphic",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("video", type=Path, nargs="?")
    parser.add_argument("--list", action="store_true", help="list the changes and stop")
    parser.add_argument("--only", type=_names, help="changes, with commas between them")
    parser.add_argument("--end", type=float, help="use the video up to this second only")
    parser.add_argument("--hvid", type=float, help="measured iris width, mm")
    parser.add_argument("--mm-per-px", type=float, help="known scale of the untouched video")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--keep", action="store_true", help="keep the changed videos")
    parser.add_argument("-o", "--work", type=Path, default=Path("benchmark-results/metamorphic"))
    for kind in ("csv", "markdown", "json"):
        parser.add_argument(f"--{kind}", type=Path, help="also write the table here")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in CHANGES]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no such change: {', '.join(unknown)}; there are {', '.join(CHANGES)}"
        )
    return names


if __name__ == "__main__":
    main()
