"""What a dataset says of itself: its card, description of tables, citation, sums of its files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from easytear import __version__
from easytear.base.errors import ResultsError
from easytear.base.regular import read_json
from easytear.export.package import PACKAGE, write_package
from easytear.results import write_text
from easytear.results.files import LISTS, TABLES
from easytear.sharing.check import NO_TIME_S
from easytear.study.hashes import sha256_of
from easytear.study.plan import VIDEOS
from easytear.study.record import StudyRecord
from easytear.study.table import CSV, PARQUET

CARD: Final = "README.md"
CITATION: Final = "CITATION.cff"
SUMS: Final = "checksums.sha256"
MANIFEST: Final = "manifest.json"
ABOUT: Final = "about.json"
NOT_STATED: Final = "Not stated by those who give this dataset away: ask them before you use it."

Videos = Literal["none", "masked", "as-is"]


class About(BaseModel):
    """What only a person can say of a dataset.

    Attributes
    ----------
    title : str
        Its name.
    licence : str
        SPDX identifier of the licence; empty where nobody chose one.
    authors : tuple of str
        Who gives it away, as they want to be cited.
    words : str
        How it was collected, consent, limits: Markdown.
    videos : {"none", "masked", "as-is"}
        What of the recordings is in it.
    """

    model_config = ConfigDict(frozen=True)

    title: str = "Tear-film lipid layer spread"
    licence: str = ""
    authors: tuple[str, ...] = ()
    words: str = ""
    videos: Videos = "none"


class Manifest(BaseModel):
    """manifest.json: whose files are in a dataset, by codes.

    `dataset` is a random name by which the study finds it again; `of_subject` and `of_video` give
    the paths of one person's and one video's files; `withdrawn` counts people taken out.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_: Literal["easytear-dataset/1"] = Field(default="easytear-dataset/1", alias="schema")
    dataset: str
    easytear: str = __version__
    about: About = About()
    of_subject: dict[str, tuple[str, ...]] = {}
    of_video: dict[str, tuple[str, ...]] = {}
    withdrawn: int = 0


def read_manifest(dataset: Path) -> Manifest:
    """Read a dataset's manifest; raises ResultsError where there is none."""
    try:
        return Manifest.model_validate(read_json(dataset / MANIFEST, "results_mb"))
    except (OSError, ValueError) as error:
        raise ResultsError(
            f"{dataset}: is no dataset made by 'easytear share' ({MANIFEST} cannot be read)."
        ) from error


def describe(dataset: Path, record: StudyRecord, manifest: Manifest) -> None:
    """Write card, description, citation, manifest and sums; set every file's time to none."""
    files = _files(dataset)
    of_video = {
        video.name: tuple(f for f in files if f.startswith(f"{VIDEOS}/{video.name}/"))
        for video in record.videos
    }
    of_subject: dict[str, list[str]] = {}
    for video in record.videos:
        subject = video.parts.get("subject") or video.name
        of_subject.setdefault(subject, []).append(video.name)
    whole = manifest.model_copy(
        update={
            "of_video": of_video,
            "of_subject": {who: tuple(names) for who, names in sorted(of_subject.items())},
        }
    )
    _write_json(dataset / MANIFEST, json.loads(whole.model_dump_json(by_alias=True)))
    write_text(dataset / CITATION, _citation(whole.about))
    write_text(dataset / CARD, _card(record, whole, len(of_subject)))
    _write_json(dataset / PACKAGE, _package(dataset, record, whole.about))
    lines = [f"{sha256_of(dataset / f)}  {f}\n" for f in _files(dataset) if f != SUMS]
    write_text(dataset / SUMS, "".join(lines))
    forget_times(dataset)


def forget_times(folder: Path) -> None:
    """Give every file and folder the time 1 January 1980: it tells nothing."""
    for place, folders, names in os.walk(folder):
        for name in (*names, *folders):
            os.utime(Path(place) / name, (NO_TIME_S, NO_TIME_S), follow_symlinks=False)


def _files(dataset: Path) -> list[str]:
    """Return the dataset's files, paths below it with `/`, sorted; markers of folders not."""
    return sorted(
        path.relative_to(dataset).as_posix()
        for path in dataset.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def _write_json(path: Path, data: Any) -> None:
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _package(dataset: Path, record: StudyRecord, about: About) -> dict[str, Any]:
    """Return the study's data package with the tables of each video, licence and authors."""
    package = dict(json.loads(write_package(dataset).read_text(encoding="utf-8")))
    package |= {"name": "easytear-dataset", "title": about.title, "profile": "data-package"}
    if about.licence:
        package["licenses"] = [{"name": about.licence}]
    if about.authors:
        package["contributors"] = [{"title": one} for one in about.authors]
    if (dataset / PARQUET).exists():  # a study made without the extra `study` has none
        parquet = {"name": "study-parquet", "path": PARQUET, "format": "parquet"}
        package["resources"].append(parquet)
    for table, columns in (*TABLES.items(), *LISTS.items()):
        paths = [f"{VIDEOS}/{v.name}/{table}" for v in record.videos]
        there = [path for path in paths if (dataset / path).exists()]
        if there:
            schema = {"fields": [{"name": name} for name in columns], "missingValues": [""]}
            name = table.removesuffix(".csv")
            one = {"name": name, "path": there, "format": "csv", "schema": schema}
            package["resources"].append(one)
    return package


def _citation(about: About) -> str:
    authors = about.authors or ("The people who give this dataset away",)
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this dataset, please cite it, and EasyTear, which measured it.",
        f"title: {json.dumps(about.title, ensure_ascii=False)}",
        "type: dataset",
        "authors:",
        *(f"  - name: {json.dumps(one, ensure_ascii=False)}" for one in authors),
    ]
    lines += [f"license: {about.licence}"] if about.licence else []
    return "\n".join(lines) + "\n"


_OF_VIDEOS: Final[Mapping[Videos, str]] = {
    "none": "No recordings and no pictures of eyes.",
    "masked": "The recordings, encoded anew without sound and metadata; writing and clocks in the "
    "picture are covered in every frame. The numbers are those of the original recordings.",
    "as-is": "The recordings' pictures as they were stored, without sound and metadata.",
}


def _card(record: StudyRecord, manifest: Manifest, subjects: int) -> str:
    about = manifest.about
    count = len(record.videos)
    size = next((word for most, word in _SIZES if record.intervals < most), "n>1M")
    front = [
        "---",
        f"pretty_name: {json.dumps(about.title, ensure_ascii=False)}",
        f"license: {about.licence.lower() or 'unknown'}",
        "language:",
        "- en",
        "task_categories:",
        "- other",
        "tags:",
        *(f"- {tag}" for tag in ("tear-film", "lipid-layer", "dry-eye", "interferometry")),
        "size_categories:",
        f"- {size}",
        "configs:",
        "- config_name: default",
        f"  data_files: {CSV}",
        "---",
    ]
    failed = record.counts.get("failed", 0)
    named = "subject" in record.name_columns
    people = f"{subjects} subjects" if named else "subjects not told apart"
    body = [
        f"# {about.title}",
        "",
        "How the lipid layer of the tear film spreads over the cornea after a blink, measured by "
        f"EasyTear {record.analysed_with} in interferometry videos.",
        "",
        f"**Size.** {count} videos ({failed} could not be analysed), {people}, "
        f"{record.intervals} intervals between blinks.",
        "",
        f"**Recordings.** {_OF_VIDEOS[about.videos]}",
        "",
        "**Licence.** " + (about.licence or NOT_STATED),
        "",
        "## Collection, consent, limits",
        "",
        about.words.strip() or NOT_STATED,
        "",
        _REST.format(withdrawn=_withdrawn(manifest.withdrawn)),
    ]
    return "\n".join([*front, "", *body])


_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
)


def _withdrawn(count: int) -> str:
    if not count:
        return ""
    people = "One person has" if count == 1 else f"{count} people have"
    return f" {people} withdrawn since the dataset was first made; nothing of them is in it."


_REST: Final = """## What is in it

| file | what |
|---|---|
| `study.csv`, `study.parquet` | one row for each interval between two blinks of each video |
| `study-columns.csv` | every column: kind, unit, meaning, source |
| `study.html` | tables, figures and statistics on one page |
| `videos/<code>/summary.json` | what was measured, with request, settings and versions |
| `videos/<code>/*.csv` | frames, film points, front, blinks, events |
| `videos/<code>/video.*` | the recording, where recordings are in the dataset |
| `settings.toml`, `study.json` | every setting; versions, hashes, how each video ended |
| `datapackage.json` | the tables for programs (Frictionless Data Package) |
| `manifest.json`, `checksums.sha256` | whose files are which, by codes; SHA-256 of each file |

## Privacy

Names, paths and further words of people are replaced by codes or left out; dates are days since a
subject's first recording; files bear no times. `video_sha256` is the hash of the original
recording: whoever has that file can find its row. Where pictures of eyes are included, remember
that an iris can identify a person: do not try to.{withdrawn}

## Limits

The numbers' 95 % intervals, quality scores and flags say how far each can be trusted; empty means
unknown. EasyTear is a research tool and not a medical device.
"""
