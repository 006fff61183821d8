"""Write what leaves the app: `python -m easytear_gui.running.export`.

Takes the results folder, the video, the folder to write, and the parts that are wanted: results,
page, overlay, figures.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from easytear.base.errors import EasyTearError, VideoError
from easytear.base.progress import Part, Progress
from easytear.results import Analysis, read_results, write_results


class _Lines:
    """Progress as lines of JSON on standard error."""

    def update(self, done: float, total: float, message: str = "") -> None:
        """Say how far it is."""
        sys.stderr.write(json.dumps({"done": done, "total": total, "message": message}) + "\n")
        sys.stderr.flush()


def export(results: Path, video: Path, out: Path, parts: set[str], progress: Progress) -> None:
    """Write the wanted parts of a results folder into `out`.

    Raises
    ------
    EasyTearError
        If the results cannot be read, or the video is needed and not there.
    OSError
        If `out` cannot be written.
    """
    analysis = read_results(results)
    out.mkdir(parents=True, exist_ok=True)
    if "results" in parts:
        write_results(analysis, out)
    if "page" in parts:
        progress.update(0.05, 1.0, "page")
        _page(analysis, results, video, out)
    if "figures" in parts:
        progress.update(0.2, 1.0, "figures")
        _figures(analysis, out)
    if "overlay" in parts:
        _overlay(analysis, video, out, Part(progress, 0.3, 1.0))
    progress.update(1.0, 1.0, "done")


def _page(analysis: Analysis, results: Path, video: Path, out: Path) -> None:
    made = results / "report.html"
    if made.is_file():
        shutil.copyfile(made, out / made.name)
        return
    from easytear.report import write_report

    write_report(analysis, out, video if video.is_file() else None)


def _overlay(analysis: Analysis, video: Path, out: Path, progress: Progress) -> None:
    from easytear.report import write_overlay

    if not video.is_file():
        raise VideoError(f"{video}: is not there any more; the overlay video needs it.")
    write_overlay(analysis, video, out / "overlay.mp4", progress=progress)


def _figures(analysis: Analysis, out: Path) -> None:
    """Draw every interval's curves without a window on the screen."""
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from easytear_gui.app import make_app
    from easytear_gui.plots.export import save_plots
    from easytear_gui.plots.panel import PlotPanel

    make_app()
    panel = PlotPanel()
    for button in panel.buttons.values():
        button.setChecked(True)
    for interval in analysis.summary.intervals:
        panel.show_analysis(analysis, interval.index)
        for suffix in (".png", ".svg", ".csv"):
            save_plots(panel, out / f"interval-{interval.index + 1}{suffix}")


def main(arguments: list[str]) -> int:
    """Export; 0 where it went well."""
    results, video, out, *parts = arguments
    try:
        export(Path(results), Path(video), Path(out), set(parts), _Lines())
    except EasyTearError as error:
        sys.stderr.write(f"easytear: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"easytear: {out}: cannot be written ({error.strerror}).\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
