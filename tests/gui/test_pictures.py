"""The pictures in the documents are those of the window as it is."""

import hashlib
import importlib.util
from collections.abc import Callable
from types import ModuleType

from easytear_gui.main_window import MainWindow

from tests.gui.conftest import ROOT

_AGAIN = "the window says other words than its pictures: make them anew (make pictures)"


def texts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "docs/img/window_texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_say_what_the_window_says(open_window: Callable[[], MainWindow]) -> None:
    record, window = texts().read_record(), open_window()
    window.settings_panel.build()
    assert record["texts"] == texts().window_texts(window), _AGAIN
    there = {p.name: p for p in (ROOT / "docs/img").glob("app-*.png")}
    sums = {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in there.items()}
    assert sums == record["pictures"], _AGAIN
