"""The page that a person looks at before a dataset is given away."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, select_autoescape

from easytear.base.regular import open_text
from easytear.results import write_text
from easytear.sharing.finds import Find
from easytear.sharing.masked import thumbnails
from easytear.study.hashes import sha256_of
from easytear.study.record import StudyRecord
from easytear.study.table import CSV, DICTIONARY

PAGE: Final = "review.html"
_FRAMES, _WIDTH_PX = 6, 320
_MOST_WORDS = 60
_LETTERS = 8


@dataclass(frozen=True)
class Shot:
    """Frames of one video as they leave: pictures as data addresses, and what is covered."""

    name: str
    pictures: tuple[str, ...]
    covered: str


def shots_of(name: str, video: Path, share: float) -> Shot:
    """Return frames of a video of the dataset; `share` of each picture is covered."""
    pictures = tuple(
        "data:image/jpeg;base64," + base64.b64encode(one).decode("ascii")
        for one in thumbnails(video, _FRAMES, _WIDTH_PX)
    )
    return Shot(
        name, pictures, f"{share:.1%} of the picture covered" if share else "nothing covered"
    )


def code_of(dataset: Path) -> str:
    """Return the code that stands for exactly these files: from their names and contents."""
    whole = hashlib.sha256()
    for path in sorted(p for p in dataset.rglob("*") if p.is_file()):
        whole.update(f"{path.relative_to(dataset).as_posix()}\0{sha256_of(path)}\n".encode())
    return whole.hexdigest()[:_LETTERS].upper()


def write_review(
    folder: Path,
    dataset: Path,
    record: StudyRecord,
    shots: Sequence[Shot],
    warnings: Sequence[Find],
    notes: Sequence[str],
) -> Path:
    """Write the page into `folder`; return where it is."""
    environment = Environment(
        loader=PackageLoader("easytear.sharing"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = sorted(p.relative_to(dataset).as_posix() for p in dataset.rglob("*") if p.is_file())
    text = environment.get_template("review.html.j2").render(
        record=record,
        subjects=len({v.parts.get("subject") or v.name for v in record.videos}),
        shots=shots,
        warnings=warnings,
        notes=notes,
        words=_words(dataset),
        files=files,
        code=code_of(dataset),
    )
    write_text(folder / PAGE, text)
    return folder / PAGE


def _words(dataset: Path) -> dict[str, str]:
    """Return what stands in each column of words, the rarest first."""
    with open_text(dataset / DICTIONARY) as file:
        columns = [row["column"] for row in csv.DictReader(file) if row["kind"] == "text"]
    told: dict[str, Counter[str]] = {column: Counter() for column in columns}
    with open_text(dataset / CSV) as file:
        for row in csv.DictReader(file):
            for column in columns:
                told[column][row[column]] += 1
    return {column: _listed(words) for column, words in told.items() if set(words) - {""}}


def _listed(words: Counter[str]) -> str:
    rarest = [word for word, _ in reversed(words.most_common()) if word]
    more = f", and {len(rarest) - _MOST_WORDS} more" if len(rarest) > _MOST_WORDS else ""
    return ", ".join(rarest[:_MOST_WORDS]) + more
