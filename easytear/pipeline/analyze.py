"""Analyse a video, or measure again from corrected observations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from easytear.analysis import Analysis, CorrectionNote
from easytear.calibration import Calibration
from easytear.corrections import Corrections
from easytear.progress import SILENT, Progress
from easytear.settings import Settings


def analyze(
    video: Path,
    settings: Settings | None = None,
    *,
    calibration: Calibration | None = None,
    hvid_mm: float | None = None,
    corrections: Corrections | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    reuse: Analysis | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Analyse a video.

    Parameters
    ----------
    video : Path
        The video file.
    settings : Settings, optional
        Defaults where absent.
    calibration : Calibration, optional
        A known scale; without it the scale comes from the iris width.
    hvid_mm : float, optional
        This person's measured iris width in millimetres; the population mean without it.
    corrections : Corrections, optional
        A person's decisions, taken in and noted in the summary.
    start_s, end_s : float, optional
        Analyse only this stretch of the video (`time_s` of the results format).
    reuse : Analysis, optional
        An earlier analysis of the same video and settings: intervals which the corrections do
        not touch are taken over from it.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.

    Returns
    -------
    Analysis
        Everything that the results format holds; nothing is written.

    Raises
    ------
    VideoError
        If the video cannot be opened, has no picture, or is too short.
    Cancelled
        If `progress` asks to stop.
    """
    raise NotImplementedError


def remeasure(
    analysis: Analysis,
    settings: Settings | None = None,
    *,
    calibration: Calibration | None = None,
    corrections: Corrections | None = None,
    tracks: pd.DataFrame | None = None,
    front: pd.DataFrame | None = None,
    notes: Sequence[CorrectionNote] = (),
) -> Analysis:
    """Measure again from observations that exist, without the video.

    The same measuring code as in `analyze` runs on the tables: use it after tracks or front
    were corrected, the scale was set, or an interval was excluded.

    Parameters
    ----------
    analysis : Analysis
        What was found in the video.
    settings : Settings, optional
        New measuring settings; those of the analysis without it.
    calibration : Calibration, optional
        A new scale.
    corrections : Corrections, optional
        Exclusions, and new limbus ellipses (which set the zero of heights).
    tracks, front : pandas.DataFrame, optional
        Corrected tables (columns of the results format) that replace those of the analysis.
    notes : sequence of CorrectionNote
        Who changed what; kept in the summary.
    """
    raise NotImplementedError
