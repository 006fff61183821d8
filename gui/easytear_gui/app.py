"""Starts the app."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from easytear import __version__
from easytear_gui import paths
from easytear_gui.theme.style import Choice, Theme

_log = logging.getLogger(__name__)
THEMES: tuple[Choice, ...] = ("system", "light", "dark")


def make_app(arguments: Sequence[str] = ()) -> QApplication:
    """Return the application, made if there is none yet."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["easytear", *arguments])
        # Once: every window that is about to go would be told of a new icon.
        app.setWindowIcon(QIcon(str(Path(__file__).with_name("easytear.png"))))
    app.setApplicationName("EasyTear")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("easytear")
    app.setStyle("Fusion")
    return app


def make_theme() -> Theme:
    """Return the theme that the person chose last."""
    chosen = str(paths.preferences().value("window/theme") or "system")
    theme = Theme(next((t for t in THEMES if t == chosen), "system"))
    theme.apply()
    return theme


def start_logging() -> None:
    """Write the log to its file, an older one kept."""
    file = paths.log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=1_000_000, backupCount=1, encoding="utf-8"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger("easytear_gui").setLevel(logging.INFO)
    sys.excepthook = _unexpected
    _log.info("EasyTear %s starts", __version__)


def _unexpected(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """Write what nobody foresaw to the log; the window goes on."""
    _log.critical("unforeseen", exc_info=error)
    sys.__excepthook__(kind, error, error.__traceback__)


def run(videos: Sequence[Path] = ()) -> int:
    """Open the window with these videos; return the exit code when it closes."""
    start_logging()
    app = make_app()
    theme = make_theme()
    from easytear_gui.main_window import MainWindow

    window = MainWindow(theme)
    window.show()
    if videos:
        QTimer.singleShot(0, lambda: window.opening.open_paths(videos))
    return app.exec()
