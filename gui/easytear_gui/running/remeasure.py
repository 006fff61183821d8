"""Measure again from what was found: `python -m easytear_gui.running.remeasure`.

Takes the folder of earlier results, the folder to write, the settings (TOML), the person's
decisions (JSON) and the video. A process of its own, so that the window never waits for it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from easytear.base.errors import EasyTearError
from easytear.engine import remeasure
from easytear.report.deliver import deliver
from easytear.request.corrections import Corrections
from easytear.request.scale import MEAN_HVID_MM, SD_HVID_MM, Calibration
from easytear.request.settings import load_settings
from easytear.results import Analysis, Summary, read_results
from easytear_gui.session.model import Decisions


def scale_of(summary: Summary, decisions: Decisions) -> Calibration | None:
    """Return the scale that the decisions ask for; None where nothing is known.

    Parameters
    ----------
    summary : Summary
        Earlier results, whose first interval with an iris gives the iris's width.
    decisions : Decisions
        A person's scale, or the person's iris width.
    """
    if decisions.calibration is not None:
        return decisions.calibration
    known = summary.calibration
    if known.source == "hvid" and known.mm_per_px is not None and decisions.hvid_mm is None:
        return None
    widths = [2.0 * i.iris.rx_px for i in summary.intervals if i.iris is not None]
    if not widths:
        return None
    width_mm = decisions.hvid_mm or MEAN_HVID_MM
    mm_per_px = width_mm / widths[0]
    spread = 0.0 if decisions.hvid_mm else SD_HVID_MM / MEAN_HVID_MM
    return Calibration(mm_per_px=mm_per_px, mm_per_px_sd=mm_per_px * spread, source="hvid")


def without_exclusions(analysis: Analysis) -> Analysis:
    """Return an analysis as if nobody had left anything out: the decisions say it anew.

    Bounds, regions and limbi that a person drew are in the results already, with their notes.
    """
    summary = analysis.summary
    intervals = tuple(i.model_copy(update={"excluded": None}) for i in summary.intervals)
    corrections = summary.request.corrections.model_copy(update={"excluded": ()})
    request = summary.request.but(corrections=corrections)
    notes = tuple(n for n in summary.earlier_notes if n.what != "exclusion")
    summary = summary.model_copy(
        update={"intervals": intervals, "request": request, "earlier_notes": notes}
    )
    return replace(analysis, summary=summary)


def main(arguments: list[str]) -> int:
    """Measure again; 0 where it went well."""
    earlier, out, config, decided, video = map(Path, arguments)
    try:
        analysis = read_results(earlier)
        decisions = Decisions.model_validate_json(decided.read_text(encoding="utf-8"))
        new = remeasure(
            without_exclusions(analysis),
            load_settings(config),
            calibration=scale_of(analysis.summary, decisions),
            corrections=Corrections(excluded=decisions.corrections.excluded),
        )
        deliver(new, out, video if video.is_file() else None)
    except EasyTearError as error:
        sys.stderr.write(f"easytear: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
