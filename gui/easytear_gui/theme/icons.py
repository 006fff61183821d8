"""Icons: strokes on a 24 x 24 grid, drawn in the theme's ink at any resolution."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_STROKES: Final[dict[str, str]] = {
    "add": "M12 5v14M5 12h14",
    "analyse": "M7 4.5v15l12-7.5z",
    "stop": "M6.5 6.5h11v11h-11z",
    "undo": "M9 14 4.5 9.5 9 5M5 9.5h9a5 5 0 0 1 0 10h-3",
    "redo": "M15 14l4.5-4.5L15 5M19 9.5h-9a5 5 0 0 0 0 10h3",
    "scale": "M3.5 15.5l12-12 5 5-12 12zM7 12l2 2M10 9l2.5 2.5M13 6l2 2",
    "limbus": "M12 4.5a7.5 7.5 0 1 0 .01 0zM12 9.5a2.5 2.5 0 1 0 .01 0z",
    "region": "M4.5 8.5 11 4l8 4.5-1.5 9-8 2.5-5-4z",
    "bounds": "M7 4H4v16h3M17 4h3v16h-3M8.5 12h7M11 9.5 8.5 12l2.5 2.5M13 9.5l2.5 2.5-2.5 2.5",
    "exclude": "M12 4a8 8 0 1 0 .01 0zM6.5 6.5l11 11",
    "export": "M12 15V4M8 8l4-4 4 4M5 13v6.5h14V13",
    "napari": "M4 5h16v14H4zM4 10h5v9M13 9l4 3-4 3",
    "play": "M8 5v14l11-7z",
    "pause": "M8 5v14M16 5v14",
    "first": "M6 5v14M18 6l-8 6 8 6z",
    "last": "M18 5v14M6 6l8 6-8 6z",
    "previous": "M15 6l-7 6 7 6",
    "next": "M9 6l7 6-7 6",
    "fit": "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    "reset": "M5 12a7 7 0 1 0 2.2-5.1M5 4.5V9h4.5",
    "search": "M10.5 4.5a6 6 0 1 0 .01 0zM15 15l5 5",
    "folder": "M3.5 6h6l2 2.5h9v10.5h-17z",
    "copy": "M8 8h11v12H8zM5 16V4h11",
    "warning": "M12 4 3 19.5h18zM12 10v4.5M12 17v.3",
    "failed": "M12 4a8 8 0 1 0 .01 0zM9 9l6 6M15 9l-6 6",
    "done": "M12 4a8 8 0 1 0 .01 0zM8.5 12l2.5 2.5 4.5-5",
    "queued": "M12 4a8 8 0 1 0 .01 0zM12 8v4.5l3 1.5",
    "running": "M12 4a8 8 0 1 1-8 8",
    "new": "M12 4a8 8 0 1 0 .01 0z",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
    "M12 9.5a2.5 2.5 0 1 0 .01 0z",
    "help": "M12 4a8 8 0 1 0 .01 0zM9.7 9.6a2.4 2.4 0 1 1 3.4 2.2c-.8.4-1.1.9-1.1 1.7M12 16.3v.3",
    "drop": "M12 3.5s6.5 7 6.5 11a6.5 6.5 0 0 1-13 0c0-4 6.5-11 6.5-11z",
    "overlays": "M12 4l9 5-9 5-9-5zM3.5 14l8.5 5 8.5-5",
    "table": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    "study": "M4 19V9M10 19V5M16 19v-7M3 19.5h18",
    "more": "M6 6l6 6-6 6M12 6l6 6-6 6",
    "down": "M5 9l7 7 7-7",
    "tick": "M5 12.5l4.5 4.5L19 7.5",
    "dot": "M12 8a4 4 0 1 0 .01 0z",
    "close": "M6 6l12 12M18 6L6 18",
}

_FILLED: Final = {"analyse", "stop", "play", "first", "last", "dot"}


def _svg(name: str, colour: str) -> QByteArray:
    fill = colour if name in _FILLED else "none"
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        f'<path d="{_STROKES[name]}" fill="{fill}" stroke="{colour}" stroke-width="1.7" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    return QByteArray(text.encode())


_SIZES: Final = (18, 36, 54)


def pixmap(name: str, colour: str, size_px: int, opacity: float = 1.0) -> QPixmap:
    """Return the icon as a picture of `size_px` device pixels."""
    image = QImage(QSize(size_px, size_px), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setOpacity(opacity)
    QSvgRenderer(_svg(name, colour)).render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return QPixmap.fromImage(image)


@cache
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """Return the icon `name` in `colour`, sharp at every scale.

    When disabled it is faded, or drawn in the colour `disabled`.
    """
    out = QIcon()
    for size in _SIZES:
        out.addPixmap(pixmap(name, colour, size))
        faded = pixmap(name, disabled or colour, size, 0.8 if disabled else 0.38)
        out.addPixmap(faded, QIcon.Mode.Disabled)
    return out
