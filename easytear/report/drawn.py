"""The page's figures as text, drawn in whichever process has time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from easytear.analysis import Analysis, IntervalResult
from easytear.progress import Progress


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
        from easytear.report.figures import panels, svg

        return [
            # made by matplotlib from numbers alone, hence safe to take as it is
            Drawing(panel.title, Markup(svg(panel, f"{self.interval.index}-{place}")), panel.wide)
            for place, panel in enumerate(panels(self.analysis, self.interval))
        ]


def figure_tasks(analysis: Analysis) -> Iterator[FigureTask]:
    """Yield each interval's task, with no more of the tables than figures show."""
    light = replace(analysis, tracks=analysis.tracks.iloc[:0], front=analysis.front.iloc[:0])
    for interval in analysis.summary.intervals:
        yield FigureTask(light, interval)
