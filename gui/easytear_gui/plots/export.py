"""Plots to files and to the clipboard, in the light theme whatever the window's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from easytear.results import atomic_write, write_text
from easytear_gui.plots.curves import as_csv
from easytear_gui.plots.panel import PlotPanel
from easytear_gui.theme.colours import LIGHT

KINDS: Final = {".png": "Picture (*.png)", ".svg": "Drawing (*.svg)", ".csv": "Table (*.csv)"}
_WIDTH, _HEIGHT = 900, 300
_SCALE = 2


def save_plots(panel: PlotPanel, file: Path) -> None:
    """Write what a panel shows; the suffix says how.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    if file.suffix == ".csv":
        write_text(file, as_csv(panel.shown))
        return
    copy = _light_copy(panel)
    with atomic_write(file) as aside:
        if file.suffix == ".svg":
            _drawing(copy, aside)
        elif not _picture(copy).save(str(aside)):
            raise OSError(0, "the picture could not be written", str(file))


def copy_plots(panel: PlotPanel) -> None:
    """Put a picture of what a panel shows on the clipboard."""
    QGuiApplication.clipboard().setImage(_picture(_light_copy(panel)))


def _light_copy(panel: PlotPanel) -> PlotPanel:
    """Return an unseen panel with the same curves on white, of a size for paper."""
    copy = PlotPanel()
    copy.set_colours(LIGHT)
    for key, button in panel.buttons.items():
        copy.buttons[key].setChecked(button.isChecked())
    copy.all_button.setChecked(panel.laid_over)
    copy.show_analysis(panel.analysis, panel.interval)
    copy.hide_cursors()
    copy.view.setParent(None)  # a window of its own: no layout gives it another size
    copy.view.resize(_WIDTH, _HEIGHT * max(len(copy.shown), 1))
    copy.view.grab()  # lays everything out
    return copy


def _picture(copy: PlotPanel) -> QImage:
    size = copy.view.size()
    image = QImage(size * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    painter = QPainter(image)
    _render(copy, painter)
    painter.end()
    return image


def _render(copy: PlotPanel, painter: QPainter) -> None:
    copy.view.render(painter, QRectF(copy.view.rect()), copy.view.rect())


def _drawing(copy: PlotPanel, file: Path) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(file))
    generator.setSize(copy.view.size())
    generator.setViewBox(copy.view.rect())
    generator.setTitle("EasyTear")
    painter = QPainter(generator)
    _render(copy, painter)
    painter.end()
