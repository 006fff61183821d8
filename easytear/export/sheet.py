"""report.pdf: one page for a patient's file, and every figure as SVG and PDF."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from easytear.base.atomic import atomic_write
from easytear.measure.quantities.catalogue import overview
from easytear.report.break_panels import break_panels
from easytear.report.figures import FAINT, INK, STYLE, panels, rise_panel
from easytear.results import Analysis, IntervalResult, write_text
from easytear.show import words
from easytear.show.flags import sentence
from easytear.show.numbers import UNKNOWN, quantity_text
from easytear.show.style import own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHEET: Final = "report.pdf"
_A4: Final = (8.27, 11.69)
_MOST_INTERVALS: Final = 12
"""Rows of the table that fit on the page; the rest stands in report.html, and the page says so."""
_INK: Final[Any] = {"pdf.fonttype": 42, "svg.fonttype": "none"}
"""Text stays text: it can be searched, copied and read aloud."""


def write_sheet(analysis: Analysis, path: Path) -> None:
    """Write an analysis as one page of A4."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    with own_style({**STYLE, **_INK}):
        page = _page(analysis)
        canvas: Any = FigureCanvasPdf(page)
        name = Path(analysis.summary.video.path.replace("\\", "/")).name
        about = {"Title": f"{name} · EasyTear", "Creator": "EasyTear", "CreationDate": None}
        with atomic_write(path) as aside:
            canvas.print_pdf(str(aside), metadata=about)


def _page(analysis: Analysis) -> Figure:
    from matplotlib.figure import Figure

    summary = analysis.summary
    page = Figure(figsize=_A4)
    name = Path(summary.video.path.replace("\\", "/")).name
    page.text(0.07, 0.955, "EasyTear", color="#0072b2", size=10, weight="bold")
    page.text(0.07, 0.925, textwrap.shorten(name, 60, placeholder=" …"), size=17, weight="bold")
    y = 0.905
    labels = {k: v for k, v in summary.request.labels.items() if v}
    if labels:
        told = "   ".join(f"{key}: {value}" for key, value in labels.items())
        y = _lines(page, told, y, FAINT)
    y = _lines(page, words.overview(summary), y, INK)
    y = _lines(page, f"Scale: {words.scale_text(summary)}", y, FAINT)
    y = _table(page, analysis, y - 0.01)
    shown = _shown(summary.intervals)
    if shown is not None:
        y = _curves(page, analysis, shown, y - 0.02)
    y = _remarks(page, analysis, y - 0.03)
    foot = (
        f"EasyTear {summary.software.get('easytear', '')}. Numbers in brackets: 95 % intervals. "
        "For research; not a medical device."
    )
    page.text(0.07, 0.03, foot, size=7.5, color=FAINT)
    page.text(0.07, 0.018, f"SHA-256 {summary.video.sha256}", size=6, color=FAINT)
    return page


def _lines(page: Figure, text: str, y: float, hue: str, size: float = 9.0) -> float:
    for line in textwrap.wrap(text, 112):
        page.text(0.07, y - 0.012, line, size=size, color=hue)
        y -= 0.016
    return y


def _table(page: Figure, analysis: Analysis, y: float) -> float:
    """Draw the short table: a row a quantity, a column an interval where they fit."""
    intervals = analysis.summary.intervals[:_MOST_INTERVALS]
    known = [one for one in overview() if any(quantity_text(one, i) != UNKNOWN for i in intervals)]
    x0, width = 0.07, 0.86 / (len(known) + 1) if known else 0.86
    for place, one in enumerate(known):
        head = "\n".join(textwrap.wrap(one.heading, 13)[:3])
        page.text(x0 + width * (place + 1), y - 0.03, head, size=7.2, weight="bold", va="bottom")
    page.text(x0, y - 0.03, "interval", size=7.2, weight="bold", va="bottom")
    y -= 0.044
    for interval in intervals:
        faint = words.state(interval) != "used"
        hue = FAINT if faint else INK
        span = f"{interval.index + 1}: {interval.start_s:.1f}–{interval.end_s:.1f} s"
        page.text(x0, y, span, size=7.2, color=hue)
        for place, one in enumerate(known):
            text = quantity_text(one, interval, unit=False).replace(" (", "\n(")
            page.text(x0 + width * (place + 1), y, text, size=6.6, color=hue, va="center")
        y -= 0.027
    more = len(analysis.summary.intervals) - len(intervals)
    if more > 0:
        y = _lines(page, f"{more} further intervals stand in report.html.", y, FAINT, 7.5)
    return y


def _shown(intervals: tuple[IntervalResult, ...]) -> IntervalResult | None:
    """Return the interval whose curves are drawn: the used one of the best quality."""
    used = [one for one in intervals if words.state(one) == "used"] or list(intervals)
    return max(used, key=lambda one: one.quality.score) if used else None


def _curves(page: Figure, analysis: Analysis, interval: IntervalResult, y: float) -> float:
    """Draw the rise of one interval, copied from the page's figure."""
    panel = rise_panel(analysis, interval)
    if panel is None:
        return y
    source = panel.figure.axes[0]
    height = 0.24
    axes = page.add_axes((0.12, y - height, 0.8, height - 0.03))
    for line in source.get_lines():
        if str(line.get_label()).startswith("_"):
            continue  # the line at the onset
        axes.plot(
            line.get_xdata(),
            line.get_ydata(),
            color=line.get_color(),
            linestyle=line.get_linestyle(),
            linewidth=line.get_linewidth(),
            marker=line.get_marker(),
            markersize=line.get_markersize(),
            alpha=line.get_alpha(),
            label=str(line.get_label()).replace(" and 95 % band", ""),
        )
    axes.set_xlim(source.get_xlim())
    axes.set_xlabel(source.get_xlabel())
    axes.set_ylabel(source.get_ylabel())
    axes.set_title(f"Interval {interval.index + 1}: {panel.title}", size=9, loc="left")
    axes.legend(loc="lower right", ncols=2, fontsize=7.5)
    return y - height - 0.02


def _remarks(page: Figure, analysis: Analysis, y: float) -> float:
    """Write what to know before believing the numbers, as far as there is room."""
    summary = analysis.summary
    flags = dict.fromkeys(summary.flags)
    for interval in summary.intervals:
        flags.update(dict.fromkeys(interval.quality.flags))
    said = [sentence(flag) for flag in flags]
    for number, remark in enumerate(said):
        if y < 0.07:
            _lines(
                page, f"… and {len(said) - number} further remarks in report.html.", y, FAINT, 7.5
            )
            break
        y = _lines(page, f"· {remark}", y, FAINT, 7.8)
    return y


def write_figures(analysis: Analysis, folder: Path) -> list[Path]:
    """Write every figure of the page as SVG and as PDF into a folder; return the files."""
    import io

    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for interval in analysis.summary.intervals:
        drawn = panels(analysis, interval)
        with own_style({**STYLE, **_INK}):
            drawn += break_panels(analysis, interval)
            for place, panel in enumerate(drawn):
                stem = f"interval{interval.index + 1}-{place + 1}-{_slug(panel.title)}"
                text = io.StringIO()
                canvas: Any = FigureCanvasSVG(panel.figure)
                canvas.print_svg(text, metadata={"Date": None, "Title": panel.title})
                write_text(folder / f"{stem}.svg", text.getvalue())
                pdf: Any = FigureCanvasPdf(panel.figure)
                with atomic_write(folder / f"{stem}.pdf") as aside:
                    pdf.print_pdf(str(aside), metadata={"Title": panel.title, "CreationDate": None})
                made += [folder / f"{stem}.svg", folder / f"{stem}.pdf"]
    return made


def _slug(title: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower().split("(")[0])
    return "-".join(part for part in kept.split("-") if part)[:40]
