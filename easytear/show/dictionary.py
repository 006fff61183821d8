"""The catalogue of quantities as a document."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import grouped, of_interval, of_video

BEGIN: Final = "<!-- quantities: written by `easytear quantities --write` -->"
END: Final = "<!-- end of quantities -->"


def quantities_table() -> str:
    """Return every quantity of an interval and of a video as Markdown, under their headings."""
    parts = []
    for group, members in grouped((*of_interval(), *of_video())).items():
        rows = [_row(one) for one in members]
        head = "| in `summary.json` | label | unit | meaning |\n|---|---|---|---|"
        parts.append(f"### {group}\n\n{head}\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _row(one: Quantity) -> str:
    also = [f"`{one.place[-1]}_ci95`"] * one.ci95
    also += [f"`{one.place[-1]}_ci95_given_scale`"] * one.given_scale
    beside = f"; beside it {', '.join(also)}" if also else ""
    source = f" ({one.source})" if one.source else ""
    return f"| `{'.'.join(one.place)}` | {one.label} | {one.unit} | {one.meaning}{beside}{source} |"


def with_quantities(document: str) -> str:
    """Return a document with the catalogue between its two marks; raises ValueError without."""
    before, rest = document.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{quantities_table()}\n\n{END}{after}"


def write_quantities(path: Path) -> None:
    """Bring a document's catalogue up to date."""
    path.write_text(with_quantities(path.read_text(encoding="utf-8")), encoding="utf-8")
