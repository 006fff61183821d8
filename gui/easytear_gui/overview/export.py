"""The table of all videos as CSV or as a workbook: numbers as they are, not as they are shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from easytear.base.text import no_formula, safe_cell
from easytear.results import atomic_write, write_text
from easytear_gui.overview.rows import Cell, Column, Row

KINDS: Final = {".csv": "Table (*.csv)", ".xlsx": "Workbook (*.xlsx)"}


def save_table(rows: Sequence[Row], columns: Sequence[Column], file: Path) -> None:
    """Write rows; the suffix says how.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    heads, table = values(rows, columns)
    if file.suffix == ".xlsx":
        _workbook(heads, table, file)
        return
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([["" if v is None else safe_cell(v) for v in row] for row in table])
    write_text(file, text.getvalue())


def values(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[list[str], list[list[Cell]]]:
    """Return headings and values of a table for files."""
    parts = [part for column in columns for part in column.in_files()]
    return [name for name, _ in parts], [[get(row) for _, get in parts] for row in rows]


def as_text(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """Return rows as they are shown, for a spreadsheet's clipboard: tabs between the cells."""
    lines = ["\t".join(c.title for c in columns)]
    lines += ["\t".join(no_formula(" ".join(c.text(row).split())) for c in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _workbook(heads: list[str], table: list[list[Cell]], file: Path) -> None:
    import xlsxwriter

    # A name that begins with "=" is a name, and no formula that a workbook would run.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with atomic_write(file) as aside, xlsxwriter.Workbook(str(aside), options) as book:
        sheet = book.add_worksheet("Intervals")
        bold = book.add_format({"bold": True})
        for x, head in enumerate(heads):
            sheet.write_string(0, x, head, bold)
            sheet.set_column(x, x, min(max(len(head) + 2, 10), 40))
        for y, row in enumerate(table, start=1):
            for x, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(y, x, value)  # never a formula, never a link
                elif value is not None:
                    sheet.write(y, x, value)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(table), 1), len(heads) - 1)
