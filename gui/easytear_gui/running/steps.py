"""The command line of a job, and the folder that it writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from easytear.base.errors import EasyTearError
from easytear.base.folders import make_own_folder
from easytear.request.settings import Settings
from easytear.results import read_summary, results_folder
from easytear_gui.running.plan import Work
from easytear_gui.session.asked import request_of, request_with_annotations
from easytear_gui.session.model import Decisions


@dataclass(frozen=True)
class Step:
    """A module to run with arguments, and the results folder it writes."""

    module: str
    arguments: tuple[str, ...]
    makes: Path


def _labels(earlier: Path | None) -> dict[str, str | None]:
    """Return what earlier results know of the recording: subject, eye, visit, device ..."""
    if earlier is None:
        return {}
    try:
        return dict(read_summary(earlier).request.labels)
    except EasyTearError:
        return {}


def prepare(
    video: Path,
    work: Work,
    decisions: Decisions,
    settings: Settings,
    earlier: Path | None,
    applied: Decisions | None,
    staging: Path,
) -> Step:
    """Make a staging folder with the request; return the command that runs it.

    Parameters
    ----------
    video : Path
        The video.
    work : Work
        What must be done.
    decisions, settings : Decisions, Settings
        With what.
    earlier : Path or None
        The folder of earlier results.
    applied : Decisions or None
        The decisions that these were made with.
    staging : Path
        A folder of its own for this job; what was in it is removed.

    Raises
    ------
    OSError
        If the folder cannot be written.
    EasyTearError
        If the earlier results cannot be read, or something stands there that EasyTear did not make.
    """
    make_own_folder(staging)
    reuse = earlier if work != Work.FULL else None
    request = request_of(decisions, settings)
    options: list[str] = []
    if decisions.annotations is not None and earlier is not None:
        known = applied is not None and applied.annotations == decisions.annotations
        if known and applied is not None and reuse is not None:
            before = read_summary(reuse).request
            request = request_with_annotations(decisions, settings, applied, before)
        else:
            options += ["--annotations", str(earlier / decisions.annotations.file)]
    if reuse is not None:
        options += ["--earlier", str(reuse)]
    asked, out = staging / "request.json", staging / "out"
    request = request.but(labels={**_labels(earlier), **request.labels})
    asked.write_text(request.model_dump_json(), encoding="utf-8")
    arguments = ("analyze", str(video), "-o", str(out), "--request", str(asked))
    return Step("easytear", (*arguments, *options, "--progress-json"), results_folder(video, out))
