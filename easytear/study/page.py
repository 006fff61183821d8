"""study.html."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from easytear.study.columns import Column
from easytear.study.record import StudyRecord


def write_page(study: Path, record: StudyRecord, columns: Sequence[Column]) -> None:
    """Write study.html."""
