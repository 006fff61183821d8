"""The catalogue of quantities, and what to do about flags, as documents."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import grouped, of_interval, of_video
from easytear.show.flags import SENTENCES
from easytear.show.remedies import GROUPS

BEGIN: Final = "<!-- quantities: written by `easytear quantities --write` -->"
END: Final = "<!-- end of quantities -->"


FLAGS_BEGIN: Final = "<!-- flags: written by `easytear flags --write` -->"
FLAGS_END: Final = "<!-- end of flags -->"


def flags_table() -> str:
    """Return every flag as Markdown: what it means, what to do when filming and in the program."""
    parts = []
    for group, members in GROUPS.items():
        head = "| flag | what it means | when filming | in the program |\n|---|---|---|---|"
        rows = [
            f"| `{flag}` | {SENTENCES[flag]} | {remedy.filming} | {remedy.program} |"
            for flag, remedy in members.items()
        ]
        parts.append(f"## {group}\n\n{head}\n" + "\n".join(rows))
    return "\n\n".join(parts)


def with_flags(document: str) -> str:
    """Return a document with all flags between its two marks; raises ValueError without."""
    return _between(document, FLAGS_BEGIN, FLAGS_END, flags_table())


def write_flags(path: Path) -> None:
    """Bring a document's flags up to date."""
    path.write_text(with_flags(path.read_text(encoding="utf-8")), encoding="utf-8")


def _between(document: str, begin: str, end: str, text: str) -> str:
    before, rest = document.split(begin, 1)
    _, after = rest.split(end, 1)
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


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
    return _between(document, BEGIN, END, quantities_table())


def write_quantities(path: Path) -> None:
    """Bring a document's catalogue up to date."""
    path.write_text(with_quantities(path.read_text(encoding="utf-8")), encoding="utf-8")
