"""A report of sections with text, tables and figures, as Markdown and as a page in one file."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from easytear.base.atomic import atomic_write

Cells = list[list[str]]
"""A table's rows of text, its head first."""


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Attributes
    ----------
    title : str
        Its heading.
    text : tuple of str
        Paragraphs before the table.
    table : list of lists of str, optional
        Rows of cells, the head first.
    points : tuple of str
        A list after the table.
    figure : bytes, optional
        A PNG.
    """

    title: str
    text: tuple[str, ...] = ()
    table: Cells | None = None
    points: tuple[str, ...] = ()
    figure: bytes | None = None


def table_markdown(cells: Cells) -> str:
    """Return rows of cells as a Markdown table."""
    head, *body = ([cell.replace("|", "\\|") for cell in row] for row in cells)
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def markdown(title: str, sections: Sequence[Section], pictures: str) -> str:
    """Return the report; `pictures` is where its figures are, seen from the file."""
    parts = [f"# {title}\n"]
    number = 0
    for section in sections:
        parts.append(_markdown_of(section))
        if section.figure is not None:
            number += 1
            parts.append(f"![{section.title}]({pictures}/figure{number}.png)\n")
    return "\n".join(parts)


def _markdown_of(section: Section) -> str:
    """Return a section without its figure."""
    parts = [f"## {section.title}\n", *(f"{paragraph}\n" for paragraph in section.text)]
    if section.table:
        parts.append(table_markdown(section.table))
    if section.points:
        parts.append("\n".join(f"- {point}" for point in section.points) + "\n")
    return "\n".join(parts)


def update_docs(docs: Path, sections: Sequence[Section]) -> None:
    """Put sections without figures into a Markdown file: in place of those of the same titles.

    One whose title the file does not have yet follows the one before it, or comes last.
    """
    parts = re.split(r"(?m)^(?=## )", docs.read_text(encoding="utf-8"))
    place = len(parts) - 1
    for section in sections:
        heading = f"## {section.title}\n"
        found = [k for k, part in enumerate(parts) if part.startswith(heading)]
        if found:
            place = found[0]
            parts[place] = _markdown_of(section) + "\n"
        else:
            place += 1
            parts.insert(place, _markdown_of(section) + "\n")
    with atomic_write(docs) as aside:
        aside.write_text("".join(parts).rstrip("\n") + "\n", encoding="utf-8")


def write_docs(docs: Path, title: str, sections: Sequence[Section]) -> None:
    """Write the Markdown file, and its figures in a folder of the same name beside it."""
    folder = docs.with_suffix("")
    figures = [section.figure for section in sections if section.figure is not None]
    for number, figure in enumerate(figures, start=1):
        with atomic_write(folder / f"figure{number}.png") as aside:
            aside.write_bytes(figure)
    with atomic_write(docs) as aside:
        aside.write_text(markdown(title, sections, folder.name), encoding="utf-8")


def page(title: str, sections: Sequence[Section]) -> str:
    """Return the report as one HTML file that needs no other."""
    body = "".join(_section(section) for section in sections)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto }}
body {{ padding: 0 1rem }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: 13px; margin: .8rem 0 }}
th, td {{ padding: .25rem .6rem; text-align: left; border-bottom: 1px solid #ddd }}
th {{ vertical-align: bottom; background: #f4f6f7 }}
td {{ white-space: nowrap }}
p, ul {{ max-width: 65rem }}
td.yes {{ color: #1d6b35; font-weight: 600 }}
td.no {{ color: #a3241d; font-weight: 600 }}
img {{ max-width: 100% }}
</style>
<h1>{html.escape(title)}</h1>
{body}
</html>
"""


def _section(section: Section) -> str:
    parts = [f"<h2>{html.escape(section.title)}</h2>"]
    parts += [f"<p>{html.escape(paragraph)}</p>" for paragraph in section.text]
    if section.table:
        head, *body = section.table
        titles = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
        rows = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in body)
        parts.append(f'<div class="wide"><table><tr>{titles}</tr>{rows}</table></div>')
    if section.points:
        points = "".join(f"<li>{html.escape(point)}</li>" for point in section.points)
        parts.append(f"<ul>{points}</ul>")
    if section.figure is not None:
        data = base64.b64encode(section.figure).decode("ascii")
        title = html.escape(section.title)
        parts.append(f'<img alt="{title}" src="data:image/png;base64,{data}">')
    return "\n".join(parts) + "\n"


def _cell(text: str) -> str:
    """Return a table's cell; verdicts are coloured, as a no where any part of one is a no."""
    shown = html.escape(text)
    if not re.match(r"(yes|no)\b", text):
        return f"<td>{shown}</td>"
    kind = "no" if re.search(r"\bno\b", text) else "yes"
    return f'<td class="{kind}">{shown}</td>'
