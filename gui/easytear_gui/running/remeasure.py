"""Measure again from what was found: `python -m easytear_gui.running.remeasure`.

Takes the folder of earlier results, the folder to write, the settings (TOML) and the person's
decisions (JSON). A process of its own, so that the window never waits for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from easytear.analysis import Summary, read_results, write_results
from easytear.calibration import MEAN_HVID_MM, SD_HVID_MM, Calibration
from easytear.errors import EasyTearError
from easytear.pipeline import remeasure
from easytear.settings import load_settings
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


def main(arguments: list[str]) -> int:
    """Measure again; 0 where it went well."""
    earlier, out, config, decided = map(Path, arguments)
    try:
        analysis = read_results(earlier)
        decisions = Decisions.model_validate_json(decided.read_text(encoding="utf-8"))
        new = remeasure(
            analysis,
            load_settings(config),
            calibration=scale_of(analysis.summary, decisions),
            corrections=decisions.corrections,
        )
        write_results(new, out)
    except EasyTearError as error:
        sys.stderr.write(f"easytear: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
