"""Where the app keeps what is its own: log, unsaved sessions, presets."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

_APP = "EasyTear"
HOME_VARIABLE = "EASYTEAR_APP_HOME"
"""Environment variable that moves everything of the app's own below one folder."""


def _place(kind: str, system: str) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / kind if home else Path(system)


def log_file() -> Path:
    """Return the log's place."""
    return _place("log", platformdirs.user_log_dir(_APP, False)) / "easytear-app.log"


def sessions_folder() -> Path:
    """Return where sessions live that have no file of their own yet."""
    return _place("sessions", str(Path(platformdirs.user_data_dir(_APP, False)) / "sessions"))


def presets_folder() -> Path:
    """Return where the person's own settings presets live."""
    return _place("presets", str(Path(platformdirs.user_config_dir(_APP, False)) / "presets"))


def default_results_folder() -> Path:
    """Return where results go unless the session says otherwise."""
    return _place("results", str(Path(platformdirs.user_documents_dir()) / _APP / "results"))


def studies_folder() -> Path:
    """Return where studies and comparisons go unless the person says otherwise."""
    return _place("studies", str(Path(platformdirs.user_documents_dir()) / _APP / "studies"))


def preferences() -> QSettings:
    """Return window geometry, theme and recent sessions; nothing scientific."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return QSettings(str(Path(home) / "preferences.ini"), QSettings.Format.IniFormat)
    return QSettings(_APP, "app")
