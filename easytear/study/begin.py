"""What a study is made of, before any video is analysed: its record and its clinical values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from easytear import __version__
from easytear.base.errors import EasyTearError
from easytear.base.text import printable
from easytear.request.settings import dump_settings
from easytear.study.clinical import Reading, join, read_clinical
from easytear.study.columns import FIRST, LEFT_OUT, summary_columns
from easytear.study.given import OPTIONS, Given
from easytear.study.hashes import sha256_of
from easytear.study.join_report import of_join, of_pattern
from easytear.study.names import Codes, read_names
from easytear.study.plan import Order, Plan, still_in
from easytear.study.record import (
    RECORD,
    ClinicalColumn,
    ClinicalRecord,
    StudyRecord,
    VideoRecord,
    clinical_columns,
    read_own_record,
    read_record,
)


@dataclass(frozen=True)
class Choices:
    """What touches the tables and the page alone, never an analysis.

    Attributes
    ----------
    clinical : Path or None
        The clinical file.
    by : str or None
        Column that tells the groups; found where None.
    min_quality : float
        Intervals of a lower quality score are left out of averages.
    allowed : tuple of str
        Clinical columns that may stand in an anonymised study.
    missing : tuple of str
        What means in the clinical file that nothing is known, beside the usual.
    given : Given
        What is kept for further runs.
    kept : tuple of str
        Names of what is taken from earlier ones.
    """

    clinical: Path | None = None
    by: str | None = None
    min_quality: float = 0.4
    allowed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    given: Given | None = None
    kept: tuple[str, ...] = ()


def taken_names() -> list[str]:
    """Return the columns that neither file names nor clinical files may give."""
    return [c.name for c in (*FIRST, LEFT_OUT, *summary_columns(0))]


def refuse_other_kind(order: Order) -> None:
    """Refuse to mix names and codes in one study: the names would stay behind."""
    if not (order.study / RECORD).exists():
        return
    before = read_own_record(order.study).anonymised
    if before != order.anonymise:
        was, now = ("with", "without") if before else ("without", "with")
        raise EasyTearError(
            f"{order.study}: was begun {was} --anonymise and cannot go on {now} it; "
            f"give another folder to -o."
        )


def check_by(record: StudyRecord) -> None:
    """Refuse a column for groups that the table will not have."""
    by = record.options.get("by")
    clinical = [column.name for column in clinical_columns(record.clinical)]
    if by is not None and not {by, f"clinical_{by}"} & {*record.name_columns, *clinical}:
        there = ", ".join((*record.name_columns, *clinical)) or "none"
        raise EasyTearError(
            f"--by {by}: there is no such column; file names and clinical file give: {there}."
        )


def record_of(
    order: Order, choices: Choices, plan: Plan, note: Callable[[str], None]
) -> StudyRecord:
    """Return the record of a study before its videos are analysed, the clinical values joined."""
    name_columns = list(plan.entries[0].parts)
    if order.pattern is not None:
        paths = {entry.path: entry.parts for entry in plan.entries}
        for line in of_pattern(paths):
            note(line)
    if choices.kept:
        names = ", ".join(OPTIONS[name] for name in choices.kept)
        note(f"as given before: {names} (--forget drops what was given before)")
    return StudyRecord(
        source=None if order.anonymise else printable(str(order.source.absolute())),
        anonymised=order.anonymise,
        settings_sha256=hashlib.sha256(dump_settings(order.settings).encode()).hexdigest(),
        fingerprint=order.fingerprints[0],
        analyser=order.analyser,
        analysed_with=__version__,
        mm_per_px=order.mm_per_px,
        hvid_mm=order.hvid_mm,
        options={
            # A pattern or glob may spell out the names that it finds.
            "name_pattern": order.pattern.pattern
            if order.pattern and not order.anonymise
            else None,
            "glob": [] if order.anonymise else list(order.globs),
            "by": choices.by,
            "keep_older": order.keep_older,
            "min_quality": choices.min_quality,
            "time_limit_s": order.limits.time_s,
            "memory_limit_mb": order.limits.memory_mb,
            "threads_per_video": order.threads,
        },
        name_columns=tuple(name_columns),
        skipped=len(plan.skipped),
        left_behind=plan.left_behind,
        clinical=_clinical(order, choices, plan, note),
        videos=tuple(
            VideoRecord(
                name=entry.name,
                path=entry.name if order.anonymise else printable(entry.path),
                parts=dict(entry.parts),
                unfit=entry.unfit,
            )
            for entry in plan.entries
        ),
    )


def _clinical(
    order: Order, choices: Choices, plan: Plan, note: Callable[[str], None]
) -> ClinicalRecord | None:
    """Read and join the clinical file by the real names, which may be hidden afterwards."""
    if choices.clinical is None:
        return None
    if "clinical" in choices.kept and not choices.clinical.exists():
        note(f"{choices.clinical}: is not there any more; its values as joined before are kept")
        return read_record(order.study).clinical
    paths = [entry.path for entry in plan.entries]
    parts = read_names(paths, order.pattern)
    groups = (*(order.pattern.groupindex if order.pattern else ()), *plan.entries[0].parts)
    how = Reading(groups, taken_names(), choices.missing, plan.codes, choices.allowed)
    clinical = read_clinical(choices.clinical, how)
    names = {entry.path: entry.name for entry in plan.entries}
    joined = join(clinical, names, parts)
    for line in of_join(clinical, joined, names, parts):
        note(line)
    return ClinicalRecord(
        columns=tuple(
            ClinicalColumn(name=c.name, kind=c.kind, unit=c.unit, meaning=c.meaning)
            for c in clinical.columns
        ),
        values=joined.values,
        rows_alone=_alone(still_in(order.study, joined.rows_alone), plan.codes),
        videos_alone=joined.videos_alone,
        # Whoever guesses names and values could try them against the file's hash.
        sha256="" if order.anonymise else sha256_of(choices.clinical),
    )


def _alone(alone: tuple[dict[str, str], ...], codes: Codes | None) -> tuple[dict[str, str], ...]:
    if codes is None:
        return alone
    rows = [codes.hide(row, None) for row in alone]
    return tuple(sorted(rows, key=lambda row: sorted(row.items())))
