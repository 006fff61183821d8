"""The page's figures as text, drawn in whichever process has time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from easytear.base.progress import Progress
from easytear.results import FRONT, TRACKS, Analysis, IntervalResult, Results, empty_table
from easytear.show.style import own_style


@dataclass(frozen=True)
class Drawing:
    """A figure as the page shows it."""

    title: str
    svg: Markup
    wide: bool


@dataclass(frozen=True)
class FigureTask:
    """Draw the figures of one interval."""

    analysis: Analysis
    interval: IntervalResult

    def __call__(self, progress: Progress) -> list[Drawing]:
        """Do it."""
        from easytear.report.break_panels import break_panels
        from easytear.report.figures import STYLE, panels, svg

        drawn = panels(self.analysis, self.interval)
        with own_style(STYLE):
            drawn += break_panels(self.analysis, self.interval)
        return [
            # made by matplotlib from numbers alone, hence safe to take as it is
            Drawing(panel.title, Markup(svg(panel, f"{self.interval.index}-{place}")), panel.wide)
            for place, panel in enumerate(drawn)
        ]


def figure_tasks(results: Results) -> Iterator[FigureTask]:
    """Yield each interval's task, with no more of the results than figures show."""
    for interval in results.summary.intervals:
        alone = results.summary.model_copy(update={"intervals": (interval,)})
        rows = results.frames[results.frames["interval"] == interval.index]
        yield FigureTask(Analysis(alone, rows, empty_table(TRACKS), empty_table(FRONT)), interval)
