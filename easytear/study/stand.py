"""Whether a study's tables and page still say what they would say if they were made again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from easytear.base.errors import ResultsError
from easytear.results import PRODUCTS
from easytear.study.hashes import sha256_of
from easytear.study.plan import VIDEOS, Plan
from easytear.study.record import PAGE, RECORD, StudyRecord, read_record, software
from easytear.study.table import DICTIONARY
from easytear.study.tasks import OUTCOME
from easytear.study.trips import at_once

_ENDED: Final = {
    "made",
    "software",
    "counts",
    "intervals",
    "usable",
    "tables",
    "videos",
}
"""What a record holds only once a study has ended, or video by video."""


def standing(study: Path, record: StudyRecord, plan: Plan) -> StudyRecord | None:
    """Return the study's own record where nothing has changed since, None where something has.

    Nothing is left to do, what is wanted of the study is what was wanted, the same software
    made it, its files are there as they were written, and no video's results are younger.
    """
    if plan.tasks:
        return None
    try:
        before = read_record(study)
    except ResultsError:
        return None
    if before.software != software() | {"platform": before.software.get("platform", "")}:
        return None
    same = before.model_dump(exclude=_ENDED) == record.model_dump(exclude=_ENDED)
    if not (same and _same_videos(before, record)):
        return None
    return before if _files_stand(study, before) else None


def _same_videos(before: StudyRecord, record: StudyRecord) -> bool:
    known = [(v.name, v.path, v.parts, v.unfit) for v in before.videos]
    ended = all(video.state != "waiting" for video in before.videos)
    return ended and known == [(v.name, v.path, v.parts, v.unfit) for v in record.videos]


def _files_stand(study: Path, before: StudyRecord) -> bool:
    try:
        made = (study / RECORD).stat().st_mtime_ns
        page = (study / PAGE).stat().st_mtime_ns
        tables = {name: sha256_of(study / name) for name in before.tables}
    except OSError:
        return False
    if tables != before.tables or page < made or not (study / DICTIONARY).exists():
        return False
    return all(at_once(lambda video: _older(study / VIDEOS / video.name, made), before.videos))


def _older(folder: Path, made: int) -> bool:
    """Return whether nothing in a video's folder was written after the study's record."""
    for name in (OUTCOME, *PRODUCTS):
        try:
            written = (folder / name).stat().st_mtime_ns
        except OSError:
            continue
        if written > made:
            return False
    return True
