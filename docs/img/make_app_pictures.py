"""Make the pictures of the desktop app: `python docs/img/make_app_pictures.py [RESULTS]`.

Needs a screen (`xvfb-run -a -s "-screen 0 2600x1500x24" ...`). Only simulated videos are shown.
RESULTS is a folder of finished results of the sample videos (normal, dry); without it they are
analysed first, which takes some minutes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "sample_videos"
HOME = Path(tempfile.mkdtemp(prefix="easytear-pictures-"))
os.environ["EASYTEAR_APP_HOME"] = str(HOME)

from easytear_gui.app import make_app  # noqa: E402
from easytear_gui.main_window import MainWindow  # noqa: E402
from easytear_gui.paths import preferences  # noqa: E402
from easytear_gui.session import decide  # noqa: E402
from easytear_gui.session.model import State  # noqa: E402
from easytear_gui.theme.style import Theme  # noqa: E402
from PIL import Image  # noqa: E402
from PySide6.QtCore import QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog  # noqa: E402
from window_texts import read_record, window_texts, write_record  # noqa: E402

from easytear.engine import run  # noqa: E402
from easytear.report.deliver import deliver  # noqa: E402
from easytear.request.request import Request  # noqa: E402
from easytear.request.settings import Settings  # noqa: E402

LABELS = {
    "normal": {"subject": "S01", "eye": "OD", "visit": "1", "date": "2026-03-02", "operator": "MK"},
    "dry": {"subject": "S02", "eye": "OS", "visit": "1"},
}
SIZES = {"": (1280, 720), "-large": (2560, 1440)}
LARGE = ("empty", "results", "curves")


def wait(window: MainWindow, until: Callable[[], bool], most_s: float = 600.0) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + most_s
    while not until() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)
    for _ in range(20):
        QApplication.processEvents()


def show(window: MainWindow, frame: int) -> None:
    """Show a frame of the open video."""
    panel = window.workspace.player
    wait(window, lambda: len(panel.player) > 0 and not window.background.busy)
    panel.player.seek(frame)
    wait(window, lambda: panel.canvas.frame == frame)


def picture(window: MainWindow, name: str) -> None:
    """Write what a window, or its dialog, shows."""
    wait(window, lambda: True)
    window.statusBar().clearMessage()
    dialogs = [d for d in window.findChildren(QDialog) if d.isVisible()]
    file = HERE / f"app-{name}.png"
    (dialogs[-1] if dialogs else window).grab().save(str(file))
    with Image.open(file) as full:
        full.convert("RGB").save(file, optimize=True)
    for dialog in dialogs:
        dialog.reject()


def finished(window: MainWindow, results: Path) -> dict[str, str]:
    """Fill a window with the sample videos, their results in place; return their keys."""
    window.opening.add_videos(sorted(SAMPLES.glob("*.mp4")))
    keys = {v.path.stem: v.key for v in window.document.session.videos}
    for name, labels in LABELS.items():
        video = window.document.session.video(keys[name])
        decisions = decide.label(video.decisions, labels)
        window.document.decide(keys[name], decisions, "label")
    for name in ("normal", "dry"):
        target = window.document.results_folder / name
        if not target.exists():
            shutil.copytree(results / name, target)
        window.document.set_record(
            keys[name], state=State.DONE, results=name,
            applied=window.document.session.video(keys[name]).decisions,
            applied_settings=Settings(),
        )  # fmt: skip
        window.running.judge(keys[name])
    window.list.open_key(keys["difficult"])
    window.list.open_key(keys["normal"])
    wait(window, lambda: window.workspace.analysis is not None and not window.background.busy)
    return keys


def tour(theme: Theme, suffix: str, size: tuple[int, int], results: Path) -> None:
    """Take every picture of one theme and size."""
    window = MainWindow(theme)
    window.resize(*size)
    window.show()
    end = f"-{theme.choice}{suffix}"
    wanted = LARGE if suffix else ()

    def take(name: str) -> None:
        if not wanted or name in wanted:
            picture(window, name + end)

    wait(window, window.isVisible)
    window.settings_panel.build()
    write_record(window_texts(window), [])
    take("empty")
    keys = finished(window, results)
    show(window, 36)
    take("results")
    _views(window, take)
    if not suffix:
        _states(window, keys, take)
        _tools(window, take)
        _dialogs(window, take)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shutil.rmtree(HOME / "sessions", ignore_errors=True)


def _views(window: MainWindow, take: Callable[[str], None]) -> None:
    side, actions = window.workspace.side, window.actions_
    for name in ("front", "area", "thickness"):
        window.workspace.plots.buttons[name].setChecked(name != "thickness")
    for name in ("lay_over", "show_velocity", "hold_still"):
        actions[name].setChecked(True)
    take("curves")
    for name in ("front", "area"):
        window.workspace.plots.buttons[name].setChecked(False)
    for name in ("lay_over", "show_velocity", "hold_still"):
        actions[name].setChecked(False)
    actions["show_film"].setChecked(True)
    side.setCurrentIndex(1)
    take("interval")
    actions["show_film"].setChecked(False)
    side.setCurrentWidget(window.workspace.recording)
    take("recording")
    side.setCurrentWidget(window.settings_panel)
    take("settings")
    side.setCurrentIndex(0)


def _states(window: MainWindow, keys: dict[str, str], take: Callable[[str], None]) -> None:
    document = window.document
    window.list.open_key(keys["dry"])
    wait(window, lambda: window.workspace.analysis is not None)
    window.running.tell()
    show(window, 60)
    take("low-quality")
    window.list.open_key(keys["difficult"])
    show(window, 45)
    document.set_record(keys["dry"], state=State.QUEUED)
    document.set_record(
        keys["difficult"], state=State.RUNNING, share=0.42, message="following the film"
    )
    window.running.tell()
    take("running")
    text = f"{SAMPLES.name}/difficult.mp4: cannot be opened as a video; was it copied whole?"
    document.set_record(keys["difficult"], state=State.FAILED, message=text, share=0.0)
    document.set_record(keys["dry"], state=State.DONE)
    window.running.tell()
    take("failed")
    window.list.open_key(keys["normal"])
    wait(window, lambda: window.workspace.analysis is not None)


def _tools(window: MainWindow, take: Callable[[str], None]) -> None:
    actions = window.actions_
    show(window, 36)
    actions["bounds"].setChecked(True)
    take("bounds")
    actions["bounds"].setChecked(False)
    for name in ("limbus", "region"):
        actions[name].trigger()
        wait(window, lambda: not window.background.busy)
        take(name)
        window.correcting.end_tool(False)
    actions["ruler"].trigger()
    take("ruler")
    window.correcting.end_tool(False)


def _dialogs(window: MainWindow, take: Callable[[str], None]) -> None:
    for name in ("scale", "export", "shortcuts", "exclude"):
        window.actions_[name].trigger()
        take(name)


def main() -> None:
    """Take all pictures."""
    results = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME / "analysed"
    for name in ("normal", "dry"):
        if not (results / name / "summary.json").is_file():
            deliver(
                run(Request(), SAMPLES / f"{name}.mp4"), results / name, SAMPLES / f"{name}.mp4"
            )
    app = make_app()
    preferences().setValue("export/folder", "Documents/EasyTear")
    for choice in ("light", "dark"):
        theme = Theme(choice)
        theme.apply()
        for suffix, size in SIZES.items():
            tour(theme, suffix, size, results)
    app.processEvents()
    write_record(read_record()["texts"], list(HERE.glob("app-*.png")))
    shutil.rmtree(HOME)


if __name__ == "__main__":
    main()
