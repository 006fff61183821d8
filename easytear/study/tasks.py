"""One video of a study as a task, and how it ended: the records that pass between processes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from easytear.base.folders import remove_own_folder
from easytear.base.regular import read_regular
from easytear.base.text import printable
from easytear.request.request import Request
from easytear.request.scale import ScaleRequest
from easytear.request.settings import Settings, stage_of
from easytear.results import write_text
from easytear.results.files import PRODUCTS, refuse_link

OUTCOME: Final = "outcome.json"
LOG: Final = "log.txt"
SCHEMA: Final = "easytear-study-outcome/1"
LONGEST_OUTCOME: Final = 1_000_000
"""Bytes: it is some lines, and one sentence."""

Kind = Literal[
    "", "refused", "unexpected", "crashed", "killed", "time limit", "memory limit", "worker deaths"
]


class Limits(BaseModel):
    """What one video may cost.

    Attributes
    ----------
    time_s : float
        Longest wall-clock time of one video.
    memory_mb : float
        Largest resident memory (RSS) of the video's process. It is watched ten times a second;
        a limit on address space would also count what is only mapped.
    """

    model_config = ConfigDict(frozen=True)

    time_s: float
    memory_mb: float


class Task(BaseModel):
    """Everything that a process needs to analyse one video of a study.

    Attributes
    ----------
    name : str
        The video's name in the study: its results stand in `folder`, which ends in it.
    video : str
        Where the video is.
    shown_path : str
        The path that the results shall show: relative to the study's source, or a code.
    fingerprint : str
        Hash of everything but the video that the results depend on.
    settings : dict
        The settings as plain values.
    analyser : str
        `module:function` that takes a `Task`, a folder for spooled tables and a progress object and
        returns `Results`.
    looks : str
        Hash of that part of it that the look at the video depends on; see `fingerprints`.
    reuse : str
        Folder with results of the same content and `looks`, which are taken over, or measured
        again where the measuring settings differ; empty for none.
    labels : dict
        What the video's name tells of the recording (subject, eye, visit, date ...); empty where
        names are hidden.
    hide : bool
        Replace the video's names and paths by `name` in all that is written.
    blame : bool
        The storage is there and only this video is not: its failure is its own.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    video: str
    shown_path: str
    folder: str
    fingerprint: str
    looks: str
    settings: dict[str, Any]
    mm_per_px: float | None = None
    hvid_mm: float | None = None
    analyser: str
    reuse: str = ""
    labels: dict[str, str | None] = Field(default_factory=dict)
    hide: bool = False
    blame: bool = False
    threads: int = 1
    limits: Limits

    def request(self) -> Request:
        """Return what is asked of the video; its labels are also those that the file holds."""
        scale = ScaleRequest(value=self.hvid_mm)
        if self.mm_per_px is not None:
            scale = ScaleRequest(kind="mm_per_px", value=self.mm_per_px)
        from easytear.video.dicom import labels_of

        labels = {} if self.hide else {**labels_of(Path(self.video)), **self.labels}
        settings = Settings.model_validate(self.settings)
        return Request(scale=scale, settings=settings, labels=labels)

    def hidden(self, text: str) -> str:
        """Return a text without the video's names and paths, if they are to be hidden."""
        if not self.hide:
            return text
        video = Path(self.video)
        for word in (str(video), str(video.resolve()), video.name, video.stem):
            text = _replace_word(text, word, self.name)
        for folder in (video.parent, video.resolve().parent):
            text = _replace_word(text, str(folder), "...")
        return text


def _replace_word(text: str, word: str, by: str) -> str:
    for written in {word, printable(word), repr(word)[1:-1], ascii(word)[1:-1]}:
        text = _replace_one(text, written, by)
    return text


def _replace_one(text: str, word: str, by: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", by, text)


class Outcome(BaseModel):
    """How the analysis of one video ended; stands as outcome.json beside its results.

    `error` is one sentence and empty where the video was analysed. `size` and `mtime_ns` are
    those of the file when `video_sha256` was computed. `seconds`, `cpu_seconds` and `peak_mb`
    tell what the video cost; `limits` are those that it went beyond.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal["easytear-study-outcome/1"] = Field(default=SCHEMA, alias="schema")
    name: str
    status: Literal["done", "failed"]
    kind: Kind = ""
    error: str = ""
    video_sha256: str = ""
    size: int = 0
    mtime_ns: int = 0
    fingerprint: str
    looks: str
    easytear: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    limits: Limits | None = None

    def write_over(self, folder: Path, *, hide: bool = False) -> None:
        """Write it into the video's folder; a failed video keeps no results of earlier runs.

        With `hide` the file's time is left out: it tells when somebody was recorded.
        """
        if self.status == "failed":
            (folder / OUTCOME).unlink(missing_ok=True)
            for name in PRODUCTS:
                (folder / name).unlink(missing_ok=True)
        told = self.model_copy(update={"mtime_ns": 0}) if hide else self
        write_text(folder / OUTCOME, told.model_dump_json(indent=1, by_alias=True) + "\n")


def read_outcome(folder: Path) -> Outcome | None:
    """Return how the video of this folder ended, or None where it never ended."""
    try:
        return Outcome.model_validate_json(read_regular(folder / OUTCOME, LONGEST_OUTCOME))
    except (OSError, ValidationError):
        return None


def fingerprints(
    settings: Settings, mm_per_px: float | None, hvid_mm: float | None, analyser: str
) -> tuple[str, str]:
    """Return two hashes of what an analysis depends on beside the video.

    The first is of everything that a number depends on; the second leaves out what only measures
    what was found.
    """
    seen = _of_stages(settings, {"eye", "film"})
    parts: dict[str, Any] = {"mm_per_px": mm_per_px, "analyser": analyser}
    whole = {"settings": _of_stages(settings, {"eye", "film", "measure"}), "hvid_mm": hvid_mm}
    return _hash({**parts, **whole}), _hash({**parts, "settings": seen})


def _of_stages(settings: Settings, stages: set[str]) -> dict[str, Any]:
    """Return the settings that touch these stages."""
    values = settings.model_dump(mode="json")
    return {
        group: {n: v for n, v in named.items() if stage_of(group, n) in stages}
        for group, named in values.items()
    }


def _hash(parts: dict[str, Any]) -> str:
    text = json.dumps(parts, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


_UNFINISHED: Final = re.compile(r"\..*-[a-z0-9_]{8}(\.[a-z0-9]+)?")
"""Names of what is being written: those of `tempfile` after a prefix that begins with a dot."""


def clear(folder: Path) -> None:
    """Remove what a killed run had not finished; finished results stay until others are there.

    Nothing else that is hidden goes, and nothing at all behind a link.
    """
    refuse_link(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*"):
        if not _UNFINISHED.fullmatch(left.name):
            continue
        if left.is_dir():
            remove_own_folder(left, folder)
        else:
            left.unlink(missing_ok=True)
