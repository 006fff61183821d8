"""Make every picture of the documents anew: `make pictures`, or `python docs/img/make_pictures.py`.

The samples are analysed; then come the page (with Chromium, where there is one), a frame of the
overlay video, the app's windows, and napari's (on a screen of their own, where there is xvfb-run).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import av

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
OVERLAY_FRAME = 36
"""The same moment as in the app's pictures: the film has risen, and the front is still in view."""


def analysed(out: Path) -> None:
    """Analyse the samples that are shown."""
    for name in ("normal", "dry"):
        video = str(ROOT / "sample_videos" / f"{name}.mp4")
        run(sys.executable, "-m", "easytear", "analyze", video, "-o", str(out), "-q", "--overlay")


def page(results: Path) -> None:
    """Picture the page as a browser shows it."""
    browser = next((b for b in CHROMIUM if shutil.which(b)), None)
    if browser is None:
        sys.stderr.write("report.png stays as it is: there is no Chromium.\n")
        return
    with tempfile.TemporaryDirectory() as profile:
        run(
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--window-size=1280,1900", f"--user-data-dir={profile}"),
            *(f"--screenshot={HERE / 'report.png'}", (results / "report.html").as_uri()),
        )


def overlay(results: Path) -> None:
    """Picture one frame of the overlay video."""
    with av.open(str(next(results.glob("overlay.*")))) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == OVERLAY_FRAME:
                frame.to_image().save(HERE / "overlay.png", optimize=True)
                return


def windows(out: Path) -> None:
    """Picture the app and napari on a screen of their own."""
    screen = ("xvfb-run", "-a", "-s", "-screen 0 2600x1500x24")
    before = screen if shutil.which("xvfb-run") else ()
    run(*before, sys.executable, str(HERE / "make_app_pictures.py"), str(out))
    with tempfile.TemporaryDirectory() as config:
        own = {"NAPARI_CONFIG": str(Path(config) / "settings.yaml")}
        napari = ("-m", "benchmarks.napari_window", str(out / "normal"))
        run(*before, sys.executable, *napari, env=own)


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run a command; an error ends everything."""
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **(env or {})})


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory(prefix="easytear-pictures-") as folder:
        out = Path(folder)
        analysed(out)
        page(out / "normal")
        overlay(out / "normal")
        windows(out)


if __name__ == "__main__":
    main()
