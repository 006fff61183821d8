"""The command lines of a job: each step reads the folder that the one before it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from easytear.base.folders import make_own_folder
from easytear.request.settings import Settings, dump_settings
from easytear.results import results_folder
from easytear_gui.running.plan import Work
from easytear_gui.session.model import Decisions


@dataclass(frozen=True)
class Step:
    """A module to run with arguments, and the results folder it writes."""

    module: str
    arguments: tuple[str, ...]
    makes: Path


def prepare(
    video: Path,
    work: Work,
    decisions: Decisions,
    settings: Settings,
    earlier: Path | None,
    staging: Path,
) -> list[Step]:
    """Make a staging folder with settings and decisions; return the steps of the work.

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
    staging : Path
        A folder of its own for this job; what was in it is removed.

    Raises
    ------
    OSError
        If the folder cannot be written.
    EasyTearError
        If something stands there that EasyTear did not make.
    """
    make_own_folder(staging)
    config = staging / "settings.toml"
    config.write_text(dump_settings(settings), encoding="utf-8")
    steps: list[Step] = []
    if work in (Work.FULL, Work.REUSE):
        reuse = earlier if work == Work.REUSE else None
        steps.append(_analyze(video, decisions, config, reuse, staging))
    elif work == Work.REMEASURE and earlier is not None:
        steps.append(_remeasure(video, decisions, config, earlier, staging))
    if decisions.annotations is not None and work != Work.REMEASURE and earlier is not None:
        before, made = steps[-1].makes if steps else earlier, staging / "corrected"
        notes = earlier / decisions.annotations.file
        taken = (str(before), str(made), str(notes), str(video))
        steps.append(Step("easytear_gui.running.apply_annotations", taken, made))
    return steps


def _remeasure(
    video: Path, decisions: Decisions, config: Path, earlier: Path, staging: Path
) -> Step:
    decided, made = staging / "decisions.json", staging / "remeasured"
    decided.write_text(decisions.model_dump_json(), encoding="utf-8")
    arguments = (str(earlier), str(made), str(config), str(decided), str(video))
    return Step("easytear_gui.running.remeasure", arguments, made)


def _analyze(
    video: Path, decisions: Decisions, config: Path, reuse: Path | None, staging: Path
) -> Step:
    corrections, out = staging / "corrections.json", staging / "out"
    corrections.write_text(decisions.corrections.model_dump_json(), encoding="utf-8")
    options = ["--config", str(config), "--corrections", str(corrections), "--progress-json"]
    options += scale_options(decisions, staging)
    if reuse is not None:
        options += ["--reuse", str(reuse)]
    arguments = ("analyze", str(video), "-o", str(out), *options)
    return Step("easytear", arguments, results_folder(video, out))


def scale_options(decisions: Decisions, staging: Path) -> list[str]:
    """Return the command line's options for a person's scale."""
    if decisions.calibration is not None:
        file = staging / "scale.json"
        file.write_text(decisions.calibration.model_dump_json(), encoding="utf-8")
        return ["--scale", str(file)]
    if decisions.hvid_mm is not None:
        return ["--hvid", repr(decisions.hvid_mm)]
    return []
