"""The plots beside the player: stacked curves over one time axis, with a cursor."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear.base.geometry import FloatArray
from easytear.results import Analysis
from easytear.show import palette
from easytear_gui import words
from easytear_gui.plots.curves import QUANTITIES, Curve, Quantity, curves
from easytear_gui.theme.colours import LIGHT, Colours
from easytear_gui.widgets import label, tool_button

_DEFAULT = ("displacement", "velocity")
_MOST_NAMED = 8
"""Lines that a legend names: there are so many colours."""


class PlotPanel(QWidget):
    """Curves of the selected interval, or of all intervals laid over each other.

    Signals
    -------
    sought(time_s) : the cursor was dragged to this video time
    """

    sought = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.analysis: Analysis | None = None
        self.interval: int | None = None
        self.shown: dict[Quantity, list[Curve]] = {}
        self._colours = LIGHT
        self._plots: dict[Quantity, Any] = {}
        self._cursors: list[Any] = []
        self._time_s = 0.0
        self._moving = False
        self.view = pg.GraphicsLayoutWidget()
        for widget in (self.view, self.view.viewport()):
            widget.setAccessibleName("Plots")
        self.view.ci.setSpacing(4)
        self.view.ci.setContentsMargins(2, 2, 8, 2)
        self.view.scene().sigMouseMoved.connect(self._pointed)
        self.buttons = {q.key: self._button(q.title, q.meaning) for q in QUANTITIES}
        self.all_button = self._button(
            "All intervals", "Lay all intervals over each other, time counted from the onset"
        )
        self.readout = label(role="readout", wrap=True)
        self._empty = label("", "hint", centred=True, wrap=True)
        self._arrange()
        for key in _DEFAULT:
            self.buttons[key].setChecked(True)

    def _button(self, title: str, meaning: str) -> QToolButton:
        button = tool_button(title, meaning, checkable=True)
        button.toggled.connect(self.rebuild)
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(6, 4, 6, 0)
        row.setSpacing(1)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.all_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._empty, 1)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 8, 2)
        line.addWidget(self.readout)
        layout.addLayout(line)

    # --- what is shown -------------------------------------------------------------------
    def show_analysis(self, analysis: Analysis | None, interval: int | None) -> None:
        """Show another analysis."""
        self.analysis, self.interval = analysis, interval
        self.rebuild()

    def set_interval(self, interval: int | None) -> None:
        """Show another interval of the same analysis."""
        if interval != self.interval:
            self.interval = interval
            if not self.laid_over:
                self.rebuild()

    def set_empty(self, text: str) -> None:
        """Say why there are no curves."""
        self._empty.setText(text)

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self._colours = colours
        self.view.setBackground(QColor(colours.panel))
        self.rebuild()

    @property
    def laid_over(self) -> bool:
        """Whether all intervals are laid over each other."""
        return self.all_button.isChecked()

    def rebuild(self) -> None:
        """Draw everything anew."""
        self.view.clear()
        self._plots, self._cursors, self.shown = {}, [], {}
        chosen = [q for q in QUANTITIES if self.buttons[q.key].isChecked()]
        has = self.analysis is not None and bool(self.analysis.summary.intervals)
        self.view.setVisible(has and bool(chosen))
        self._empty.setVisible(not self.view.isVisibleTo(self))
        self.readout.setText("")
        if self.analysis is None or not has:
            return
        for row, quantity in enumerate(chosen):
            wanted = None if self.laid_over else self.interval
            found = curves(self.analysis, quantity, wanted, self.laid_over)
            self.shown[quantity] = found
            self._add_plot(row, quantity, found, last=row == len(chosen) - 1)
        self.set_time(self._time_s)

    def _add_plot(self, row: int, quantity: Quantity, found: list[Curve], last: bool) -> None:
        axes = {side: _Axis(side) for side in ("left", "bottom")}
        plot = self.view.addPlot(row=row, col=0, axisItems=axes)
        ink, soft = self._colours.muted, self._colours.grid
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(soft)
            axis.setTextPen(ink)
            axis.setStyle(tickLength=-4, autoExpandTextSpace=False)
            axis.enableAutoSIPrefix(False)
        plot.getAxis("left").setWidth(58)
        plot.setLabel("left", f"{quantity.title} ({quantity.unit})", color=ink)
        if last:
            name = "Time since onset (s)" if self.laid_over else "Video time (s)"
            plot.setLabel("bottom", name, color=ink)
        else:
            plot.getAxis("bottom").setStyle(showValues=False)
        plot.showGrid(x=True, y=True, alpha=0.16)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        for curve in found:
            self._draw(plot, quantity, curve)
        if row == 0:
            self._add_legend(plot, quantity, found)
        if self._plots:
            plot.setXLink(next(iter(self._plots.values())))
        self._plots[quantity] = plot
        self._add_cursor(plot)

    def _add_legend(self, plot: Any, quantity: Quantity, found: list[Curve]) -> None:
        """Say which line is what, in the corner that the curve leaves free."""
        lines = [("measured", quantity.colour)]
        if any(len(curve.fit) for curve in found):
            lines.append(("fitted law, 95 % band", palette.FIT))
        if self.laid_over:
            lines = [
                (f"interval {c.interval + 1}", palette.interval_colour(c.interval)) for c in found
            ]
        legend = pg.LegendItem(labelTextColor=self._colours.muted, labelTextSize="8pt")
        legend.setParentItem(plot.vb)
        for name, colour in lines[:_MOST_NAMED]:
            legend.addItem(pg.PlotDataItem(pen=pg.mkPen(colour, width=2)), name)
        falls = quantity.key in ("velocity", "thickness")
        corner = (1, 0) if falls else (1, 1)
        legend.anchor(itemPos=corner, parentPos=corner, offset=(-8, 6 if falls else -6))

    def _draw(self, plot: Any, quantity: Quantity, curve: Curve) -> None:
        many = self.laid_over
        colour = palette.interval_colour(curve.interval) if many else quantity.colour
        if len(curve.fit_low):
            shade = QColor(colour if many else palette.FIT)
            shade.setAlphaF(0.18)
            edges = [
                pg.PlotCurveItem(curve.fit_time_s, y, pen=None)
                for y in (curve.fit_low, curve.fit_high)
            ]
            for item in (pg.FillBetweenItem(*edges, brush=shade), *edges):
                plot.addItem(item)
        if len(curve.fit):
            ink = QColor(colour if many else palette.FIT)
            plot.addItem(_line(curve.fit_time_s, curve.fit, ink, 1.8))
        ink = QColor(colour)
        ink.setAlphaF(0.55 if many and len(curve.fit) else 1.0)
        plot.addItem(_line(*curve.line(), ink, 1.6))

    def _add_cursor(self, plot: Any) -> None:
        ink = QColor(self._colours.text)
        ink.setAlphaF(0.75)
        line = pg.InfiniteLine(
            self._time_s,
            movable=True,
            pen=pg.mkPen(ink, width=1.2),
            hoverPen=pg.mkPen(self._colours.accent, width=3),
        )
        line.setZValue(50)
        line.sigPositionChanged.connect(self._dragged)
        plot.addItem(line, ignoreBounds=True)
        self._cursors.append(line)

    # --- the cursor ----------------------------------------------------------------------
    def set_time(self, time_s: float) -> None:
        """Follow the player."""
        self._time_s = time_s
        at = time_s - self._offset()
        self._moving = True
        for line in self._cursors:
            line.setValue(at)
        self._moving = False
        self.readout.setText(self._values_at(at))

    def _offset(self) -> float:
        """Return the video time of this axis's zero."""
        if not self.laid_over:
            return 0.0
        for group in self.shown.values():
            for curve in group:
                if curve.interval == self.interval:
                    return curve.offset_s
        return 0.0

    def _dragged(self, line: Any) -> None:
        if not self._moving:
            self.sought.emit(float(line.value()) + self._offset())

    def _pointed(self, position: QPointF) -> None:
        for plot in self._plots.values():
            if plot.sceneBoundingRect().contains(position):
                at = plot.vb.mapSceneToView(position).x()
                self.readout.setText(self._values_at(at))
                return
        self.readout.setText(self._values_at(self._time_s - self._offset()))

    def _values_at(self, at: float) -> str:
        if not self.shown:
            return ""
        parts = [f"{at:.3f} s" + (" since onset" if self.laid_over else "")]
        for quantity, group in self.shown.items():
            mine = [c for c in group if self.interval in (None, c.interval)]
            values = [v for v in (c.at(at) for c in mine) if v is not None]
            if values:
                text = f"{words.number(values[0])} {quantity.unit}"
                parts.append(f"{quantity.title.lower()} {text}")
        return "   ".join(part.replace(" ", "\u00a0") for part in parts)

    def hide_cursors(self) -> None:
        """Take the cursors away, for pictures."""
        for line in self._cursors:
            line.hide()


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis with true minus signs."""

    @override
    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]


def _line(x: FloatArray, y: FloatArray, ink: QColor, width: float) -> Any:
    return pg.PlotCurveItem(x, y, connect="finite", pen=pg.mkPen(ink, width=width), antialias=True)
