"""Tables and page of a study, from the results that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from easytear.study.hashes import sha256_of
from easytear.study.plan import VIDEOS
from easytear.study.record import StudyRecord, VideoRecord, clinical_columns, counts, write_record
from easytear.study.rows import Row, video_rows
from easytear.study.table import CSV, PARQUET, write_tables
from easytear.study.tasks import Outcome, read_outcome

PAGE: Final = "study.html"
NOBODY: Final = "no subject in its name"
"""Why a video that the pattern misses is left out: it would count as a subject of its own."""


def missing_extras() -> tuple[str, ...]:
    """Return the packages that statistics and page need and that are not installed."""
    return tuple(name for name in ("pyarrow", "statsmodels") if find_spec(name) is None)


def finish(study: Path, record: StudyRecord, waiting: Set[str] = frozenset()) -> StudyRecord:
    """Make tables and page of a study from the results that are there, and write study.json.

    The videos named in `waiting` count as not analysed yet, whatever stands in their folders.
    """
    outcomes = {
        video.name: None if video.name in waiting else _outcome(study, video, record)
        for video in record.videos
    }
    videos = tuple(_with_outcome(video, outcomes[video.name]) for video in record.videos)
    clinical = record.clinical
    tally = _Tally()
    columns = write_tables(
        study,
        tally.of(_rows(study, record, videos)),
        record.name_columns,
        clinical_columns(clinical),
    )
    done = record.model_copy(
        update={
            "videos": videos,
            "counts": counts(videos),
            "intervals": tally.intervals,
            "usable": tally.usable,
            "tables": {
                name: sha256_of(study / name) for name in (CSV, PARQUET) if (study / name).exists()
            },
        }
    )
    done = write_record(study, done)
    if missing_extras():
        for name in (
            PAGE,
            *(f"study-statistics.{ending}" for ending in ("csv", "json", "py", "R")),
        ):
            (study / name).unlink(missing_ok=True)  # of an earlier run: it tells of that one
        return done
    # These bring matplotlib and statsmodels in.
    from easytear.study.export import write_figures, write_statistics
    from easytear.study.figures import figures_of
    from easytear.study.page import write_page
    from easytear.study.scripts import write_scripts
    from easytear.study.statistics import compute

    said = compute(study, done, clinical_columns(clinical))
    figures = figures_of(said)
    write_statistics(study, done, said)
    write_scripts(study, said, clinical_columns(clinical))
    write_figures(study, figures)
    write_page(study, done, said, figures, columns)
    return done


@dataclass
class _Tally:
    """How many intervals pass by, and how many of them enter averages."""

    intervals: int = 0
    usable: int = 0

    def of(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows, and count."""
        for row in rows:
            known = row.get("interval") is not None
            self.intervals += known
            self.usable += known and not row.get("left_out")
            yield row


def _outcome(study: Path, video: VideoRecord, record: StudyRecord) -> Outcome | None:
    """Return how a video ended under the study's settings; None if that is still to come."""
    outcome = read_outcome(study / VIDEOS / video.name)
    if outcome is None or outcome.fingerprint != record.fingerprint:
        return None
    same_version = outcome.easytear == record.analysed_with
    return outcome if same_version or record.options.get("keep_older") else None


def _with_outcome(video: VideoRecord, outcome: Outcome | None) -> VideoRecord:
    if video.unfit:
        return video.model_copy(update={"state": "failed", "error": video.unfit, "sha256": ""})
    if outcome is None:
        return video.model_copy(update={"state": "waiting", "error": "", "sha256": ""})
    return video.model_copy(
        update={
            "state": outcome.status,
            "error": outcome.error,
            "sha256": outcome.video_sha256,
        }
    )


def _rows(study: Path, record: StudyRecord, videos: Sequence[VideoRecord]) -> Iterator[Row]:
    """Yield the table's rows, video by video, only of those that ended."""
    min_quality = float(record.options.get("min_quality", 0.0))
    values = record.clinical.values if record.clinical else {}
    subjects = any(
        video.parts.get("subject") or values.get(video.name, {}).get("subject")
        for video in record.videos
    )
    for video in videos:
        if video.state == "waiting":
            continue
        own: Row = {name: value or None for name, value in video.parts.items()}
        if own.get("day") is not None:
            own["day"] = int(str(own["day"]))
        own |= {"video_path": video.path, "video_sha256": video.sha256 or None}
        own |= values.get(video.name, {})
        for row in video_rows(video.name, study / VIDEOS / video.name, video.error, min_quality):
            nobody = subjects and not own.get("subject") and not row.get("left_out")
            yield {**own, **row, **({"left_out": NOBODY} if nobody and not video.error else {})}
