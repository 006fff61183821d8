"""Everything that is known of one interval, in words."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTextBrowser, QWidget

from easytear.measure.quantities.catalogue import grouped, of_interval
from easytear.measure.quantities.spread import FITS
from easytear.request.corrections import CorrectionNote, Excluded
from easytear.results.model import Fit, IntervalResult, ScaleInfo
from easytear.show.flags import sentence
from easytear.show.numbers import UNKNOWN, number, quantity_text, with_interval
from easytear_gui import words

Rows = list[tuple[str, str]]


def interval_html(
    interval: IntervalResult,
    scale: ScaleInfo,
    notes: tuple[CorrectionNote, ...],
    excluded: Excluded | None,
) -> str:
    """Return an interval's numbers and flags as simple HTML."""
    head = f"<h3>Interval {interval.index + 1}</h3>"
    parts = [head, f"<p>{escape(_summary(interval))}</p>"]
    if excluded is not None:
        parts.append(f"<p><b>Excluded:</b> {escape(excluded.reason)}</p>")
    parts.append("<h4>What to know</h4>" + _list([sentence(f) for f in interval.quality.flags]))
    parts.append("<h4>Spread</h4>" + _spread(interval))
    parts.append("<h4>Velocity, area, film</h4>" + _table(_others(interval)))
    parts.append("<h4>Scale</h4>" + _table(_scale(scale)))
    mine = [n for n in notes if n.interval in (None, interval.index)]
    if mine:
        parts.append("<h4>What a person changed</h4>" + _list([_note(n) for n in mine]))
    if any(n.interval is not None and n.what in _REASONED for n in mine):
        parts.append(f"<p><a href='{WHY}'>Say why…</a></p>")
    parts.append(f"<p><i>{words.RESEARCH}</i></p>")
    return "".join(parts)


def _summary(interval: IntervalResult) -> str:
    blink = interval.blink_before
    before = "no blink seen before it"
    if blink is not None:
        before = f"after a {'complete' if blink.complete else 'partial'} blink"
    return (
        f"{interval.start_s:.3f} to {interval.end_s:.3f} s, frames {interval.start_frame} to "
        f"{interval.end_frame}, {before}. Quality {words.quality(interval.quality.score)}."
    )


def _spread(interval: IntervalResult) -> str:
    spread = interval.spread
    fits = [("Below the front", spread.y), ("Front", spread.front)]
    fits += [(f"{b.from_mm:.1f} to {b.to_mm:.1f} mm high", b.fit) for b in spread.bands]
    fits.append(("Sideways", spread.x))
    heads = ("", "λ (s)", "ρ (mm)", "r²", "n")
    lines = ["".join(f"<th align='left'>{h}</th>" for h in heads)]
    cell = "<td style='padding-right:7px; white-space:nowrap'>{}</td>"
    rows = [_fit(name, fit) for name, fit in fits]
    lines += ["".join(cell.format(escape(text)) for text in row) for row in rows]
    table = "".join(f"<tr>{line}</tr>" for line in lines)
    unsettled = any(fit is not None and not fit.converged for _, fit in fits)
    note = "<p>* The fit did not settle: shown, never averaged.</p>" if unsettled else ""
    return f"<table cellspacing='3'>{table}</table>{note}"


def _fit(name: str, fit: Fit | None) -> tuple[str, ...]:
    if fit is None:
        return (name, UNKNOWN, UNKNOWN, "", "")
    note = "" if fit.converged else " *"
    return (
        name + note,
        with_interval(fit.lambda_s, fit.lambda_s_ci95),
        with_interval(fit.rho_mm, fit.rho_mm_ci95),
        number(fit.r2),
        str(fit.n),
    )


_TOLD: Final = ("Quality", *(heading for _, heading, *_ in FITS))
"""Groups of quantities that stand elsewhere on the panel."""


def _others(interval: IntervalResult) -> Rows:
    """Return every further quantity that is known."""
    groups = grouped(of_interval()).items()
    shown = [one for group, members in groups if group not in _TOLD for one in members]
    rows = [(one.label, quantity_text(one, interval)) for one in shown]
    return [row for row in rows if row[1] != UNKNOWN]


def _scale(scale: ScaleInfo) -> Rows:
    names = {"user": "given by a person", "device": "of the device", "hvid": "from the iris width"}
    if scale.mm_per_px is None:
        return [("Millimetres per pixel", "unknown")]
    sd = "" if scale.mm_per_px_sd is None else f" ± {scale.mm_per_px_sd:.5f}"
    source = names.get(scale.source or "", "")
    return [("Millimetres per pixel", f"{scale.mm_per_px:.5f}{sd}, {source}")]


def _note(note: CorrectionNote) -> str:
    when = (note.when or "")[:16].replace("T", " ")
    who = ", ".join(part for part in (note.by, when) if part)
    device = f", device {note.device}" if note.device else ""
    why = f" Why: {note.why}" if note.why else ""
    return f"{note.what}: {note.detail}{device}{f' ({who})' if who else ''}.{why}"


def joined_notes(
    ours: tuple[CorrectionNote, ...], theirs: tuple[CorrectionNote, ...]
) -> tuple[CorrectionNote, ...]:
    """Return what was decided here, and of the results' notes those that were decided elsewhere."""
    about = {(n.what, n.interval) for n in ours}
    return (*ours, *(n for n in theirs if (n.what, n.interval) not in about))


_REASONED: Final = ("interval", "region", "iris", "pupil")
WHY: Final = "why"
"""Link to give a reason."""


def _list(lines: list[str]) -> str:
    if not lines:
        return "<p>Nothing remarkable.</p>"
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(rows: Rows) -> str:
    cells = "".join(
        f"<tr><td style='padding-right:14px'>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table cellspacing='3'>{cells}</table>"


class Detail(QTextBrowser):
    """Shows one interval in words; `why_asked` when a person wants to give a reason."""

    why_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The selected interval in words")
        self.document().setDocumentMargin(14)
        self.setOpenLinks(False)
        self.anchorClicked.connect(lambda _: self.why_asked.emit())
        self._nothing, self._empty = "", True
        self.show_interval(None)

    def set_empty(self, text: str) -> None:
        """Say why there are no numbers."""
        if text != self._nothing:
            self._nothing = text
            if self._empty:
                self.show_interval(None)

    def show_interval(
        self,
        interval: IntervalResult | None,
        scale: ScaleInfo | None = None,
        notes: tuple[CorrectionNote, ...] = (),
        excluded: Excluded | None = None,
    ) -> None:
        """Show an interval, or that there is none."""
        if interval is None or scale is None:
            self.setHtml(f"<p>{escape(self._nothing)}</p>")
            self._empty = True
        else:
            self._empty = False
            self.setHtml(interval_html(interval, scale, notes, excluded))
