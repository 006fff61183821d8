"""study.json: what a study is made of and how; enough to make its tables and page again."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from easytear import __version__
from easytear.base.errors import ResultsError
from easytear.base.folders import is_plain_name
from easytear.base.limits import limit_bytes
from easytear.base.regular import read_regular, strict_json
from easytear.results import write_text
from easytear.study.columns import Column, Kind

RECORD: Final = "study.json"
PAGE: Final = "study.html"
SETTINGS: Final = "settings.toml"
PACKAGES: Final = (
    ("numpy", "numpy"),
    ("scipy", "scipy"),
    ("opencv", "opencv-python-headless"),
    ("av", "av"),
    ("filterpy", "filterpy"),
    ("pandas", "pandas"),
    ("pyarrow", "pyarrow"),
    ("statsmodels", "statsmodels"),
    ("distributed", "distributed"),
)


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False
    )


def _plain(name: str) -> str:
    """Refuse a name that leads out of the study's folder: the record may come from anybody."""
    if not is_plain_name(name):
        raise ValueError("is no name of a folder")
    return name


class VideoRecord(_Frozen):
    """One video: its name in the study, its path below the source (or code), its parts.

    `unfit` says why it cannot be analysed at all.
    """

    name: Annotated[str, AfterValidator(_plain)]
    path: str
    parts: dict[str, str | None] = {}
    state: Literal["done", "failed", "waiting"] = "waiting"
    error: str = ""
    sha256: str = ""
    unfit: str = ""


class ClinicalColumn(_Frozen):
    """A clinical column."""

    name: str
    kind: Kind
    unit: str
    meaning: str


class ClinicalRecord(_Frozen):
    """The clinical file as joined: values by video, and who stayed alone."""

    columns: tuple[ClinicalColumn, ...]
    values: dict[str, dict[str, str | float | None]]
    rows_alone: tuple[dict[str, str], ...] = ()
    videos_alone: tuple[str, ...] = ()
    sha256: str = ""


class StudyRecord(_Frozen):
    """study.json as a whole; `shared` is that of a dataset to give away: no time, no computer."""

    schema_: Literal["easytear-study/1"] = Field(default="easytear-study/1", alias="schema")
    made: str = ""
    software: dict[str, str] = {}
    source: str | None
    anonymised: bool
    shared: bool = False
    settings_sha256: str
    fingerprint: str
    analyser: str
    analysed_with: str
    mm_per_px: float | None = None
    hvid_mm: float | None = None
    options: dict[str, Any] = {}
    name_columns: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    intervals: int = 0
    usable: int = 0
    skipped: int = 0
    left_behind: tuple[str, ...] = ()
    tables: dict[str, str] = {}
    clinical: ClinicalRecord | None = None
    videos: tuple[VideoRecord, ...] = ()


def software() -> dict[str, str]:
    """Return the versions that a methods section names."""
    found = {"easytear": __version__, "python": platform.python_version()}
    for name, package in PACKAGES:
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"platform": platform.platform()}


def write_record(study: Path, record: StudyRecord) -> StudyRecord:
    """Write study.json, whole or not at all; return it with the present time and versions."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    used = software()
    if record.shared:
        now = ""
        del used["platform"]
    whole = record.model_copy(update={"made": now, "software": used})
    data = json.loads(whole.model_dump_json(by_alias=True))
    write_text(
        study / RECORD, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )
    return whole


def read_record(study: Path) -> StudyRecord:
    """Read study.json.

    Raises
    ------
    ResultsError
        If the folder holds no study.
    """
    path = study / RECORD
    try:
        return StudyRecord.model_validate(
            strict_json(read_regular(path, limit_bytes("results_mb")))
        )
    except FileNotFoundError as error:
        raise ResultsError(
            f"{study}: holds no study ({RECORD} is absent); make one with 'easytear batch'."
        ) from error
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read; run 'easytear batch' again.") from error


def read_own_record(study: Path) -> StudyRecord:
    """Read study.json of a study that may go on; a dataset to give away may not."""
    record = read_record(study)
    if record.shared:
        raise ResultsError(
            f"{study}: is a dataset to give away, not a study; give another folder to -o."
        )
    return record


def clinical_columns(clinical: ClinicalRecord | None) -> list[Column]:
    """Return the clinical columns of the table."""
    if clinical is None:
        return []
    return [Column(c.name, c.kind, c.unit, c.meaning, "clinical file") for c in clinical.columns]


def counts(videos: Iterable[VideoRecord]) -> dict[str, int]:
    """Count done, failed and waiting videos."""
    tally = {"done": 0, "failed": 0, "waiting": 0}
    for video in videos:
        tally[video.state] += 1
    return tally
