"""Everything of one person taken out of a study and of the datasets made from it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from easytear import __version__
from easytear.base.errors import ResultsError, UsageError
from easytear.base.folders import remove_known_files, remove_own_folder
from easytear.results import PRODUCTS, write_text
from easytear.sharing.card import describe, read_manifest
from easytear.sharing.dataset import draft_folder
from easytear.sharing.register import copies
from easytear.study.export import FIGURES
from easytear.study.finish import finish
from easytear.study.hashes import forget
from easytear.study.lock import study_lock
from easytear.study.names import Codes
from easytear.study.plan import KEY, VIDEOS, key_folder
from easytear.study.record import ClinicalRecord, StudyRecord, VideoRecord, read_record
from easytear.study.tasks import LOG, OUTCOME, clear, read_outcome
from easytear.study.withdrawn import remember_withdrawal, withdrawn

RECEIPTS: Final = "withdrawals"
_OURS: Final = (*PRODUCTS, OUTCOME, LOG)
_SHORTEST = 3


@dataclass
class Report:
    """What a withdrawal did.

    Attributes
    ----------
    videos : int
        Videos taken out of the study.
    datasets : list of Path
        Datasets that the person was taken out of.
    away : list of Path
        Datasets that are not where they were put.
    left : list of Path
        Files in the person's folders that EasyTear did not make.
    recordings : list of Path
        The recordings, which are not EasyTear's to remove.
    still : list of str
        Where something of the person still stands.
    receipt : Path
        The receipt, without anything of the person.
    """

    videos: int = 0
    datasets: list[Path] = field(default_factory=list)
    away: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    recordings: list[Path] = field(default_factory=list)
    still: list[str] = field(default_factory=list)
    receipt: Path = Path()


@dataclass(frozen=True)
class _Person:
    """Who withdraws: what stands in the study, and the codes that stand in datasets."""

    subject: str | None
    code: str | None
    videos: tuple[VideoRecord, ...]
    video_codes: tuple[str, ...]
    words: tuple[str, ...]
    contents: tuple[tuple[int, str], ...]


def withdraw(study: Path, who: str) -> Report:
    """Take a person out of a study and of every dataset made from it.

    Folders, tables, page, remembered hashes and the key lose the person; a later run leaves them
    out. Interrupted, it is begun again by the same call.

    Parameters
    ----------
    study : Path
        A study, or a dataset made by `easytear share`.
    who : str
        The subject as the study's table has it, its code, or (without subjects) a video's name.

    Raises
    ------
    UsageError
        If the study knows nobody of that name.
    """
    with study_lock(study):
        record = read_record(study)
        if record.shared:
            names = {v.name for v in record.videos if who in (v.parts.get("subject"), v.name)}
            if not names:
                raise UsageError(f"--subject {who}: is nobody in {study}.")
            report = Report(videos=len(names), datasets=[study])
            report.left += _take_out(study, record, names)
            report.still = list(_still(study, (who, *names)))
            return report
        key = key_folder(study)
        codes = Codes(key / KEY)
        person = _person(study, record, codes, who)
        codes.write()  # the secret must be there before anything rests on it
        _remember(key, codes, person)
        report = Report(videos=len(person.videos))
        _from_copies(key, person, report)
        names = {video.name for video in person.videos}
        report.left += _take_out(study, record, names)
        report.recordings = _recordings(record, codes, person)
        _forget(study, key, codes, record, person)
        report.still = list(_still(study, person.words))
        for dataset in report.datasets:
            report.still += _still(dataset, (*person.words, person.code or ""))
        report.receipt = _write_receipt(study, report)
        return report


def _person(study: Path, record: StudyRecord, codes: Codes, who: str) -> _Person:
    """Find a person by name, code, or video."""
    subject = _subject(record, codes, who)
    code = None
    if subject is not None:
        code = subject if record.anonymised else codes.look("subject", subject)
        videos = [v for v in record.videos if v.parts.get("subject") == subject]
    else:
        videos = [v for v in record.videos if who in (v.name, _video_code(record, codes, v))]
    if not videos and not (code and code in withdrawn(key_folder(study)).subjects):
        raise UsageError(
            f"--subject {who}: is nobody in {study}; its table (study.csv) names the subjects."
        )
    contents = set()
    for video in videos:
        outcome = read_outcome(study / VIDEOS / video.name)
        if outcome is not None and outcome.video_sha256:
            contents.add((outcome.size, outcome.video_sha256))
    return _Person(
        subject,
        code,
        tuple(videos),
        tuple(_video_code(record, codes, video) for video in videos),
        tuple(_words(record, codes, subject, videos)),
        tuple(sorted(contents)),
    )


def _subject(record: StudyRecord, codes: Codes, who: str) -> str | None:
    """Return a subject as the study's table has it; None where it is no subject of this study."""
    known = {video.parts.get("subject") for video in record.videos} - {None}
    code = codes.look("subject", who)
    for subject in known:
        if subject in (who, code) or codes.look("subject", str(subject)) == who:
            return subject
    gone = record.anonymised and "subject" in record.name_columns
    return (who if who.startswith("S") else code) if gone else who if known else None


def _video_code(record: StudyRecord, codes: Codes, video: VideoRecord) -> str:
    return video.name if record.anonymised else codes.look("video", video.path)


def _words(
    record: StudyRecord, codes: Codes, subject: str | None, videos: Iterable[VideoRecord]
) -> Iterator[str]:
    """Yield all by which a person is known."""
    if subject:
        yield subject
        original = codes.original("subject", subject)
        yield from [original] if original else []
    for video in videos:
        path = PurePosixPath(codes.original("video", video.name) or video.path)
        yield from (str(path), path.name, path.stem, video.name, video.sha256)


def _remember(key: Path, codes: Codes, person: _Person) -> None:
    """Remember the person by codes: of the subject, of each video's path and names."""
    names = {codes.look("video", word) for word in person.words} | {*person.video_codes}
    subjects = {person.code} if person.code else set()
    remember_withdrawal(key, {s for s in subjects if s}, names, person.contents)


def _from_copies(key: Path, person: _Person, report: Report) -> None:
    """Take the person out of datasets, and datasets that wait to be looked at away."""
    for copy in copies(key):
        place = Path(copy.place)
        draft = draft_folder(place)
        remove_own_folder(draft, draft.parent)
        if not copy.dataset:
            continue
        try:
            same = read_manifest(place).dataset == copy.dataset
        except ResultsError:
            same = False
        if not same:
            report.away.append(place)
            continue
        record = read_record(place)
        report.left += _take_out(place, record, {*person.video_codes})
        report.datasets.append(place)


def _take_out(folder: Path, record: StudyRecord, names: set[str]) -> list[Path]:
    """Take videos out of a study or dataset: folders, record, tables, page; return what is left."""
    left: list[Path] = []
    there = {video.name for video in record.videos} & names
    for name in names:
        place = folder / VIDEOS / name
        if not place.is_dir() or place.is_symlink():
            continue
        clear(place)
        if not remove_own_folder(place, folder / VIDEOS):
            others = remove_known_files(place, _OURS, folder / VIDEOS)
            left += [place / other for other in others]
    _forget_figures(folder)
    without = record.model_copy(
        update={
            "videos": tuple(v for v in record.videos if v.name not in names),
            "left_behind": tuple(n for n in record.left_behind if n not in names),
            "clinical": _without(record.clinical, record.videos, names),
        }
    )
    done = finish(folder, without)
    if record.shared:
        manifest = read_manifest(folder)
        more = 1 if there else 0
        describe(folder, done, manifest.model_copy(update={"withdrawn": manifest.withdrawn + more}))
    return left


def _forget_figures(folder: Path) -> None:
    """Remove the figures, which the program writes as pairs: those still true are made again."""
    place = folder / FIGURES
    if not place.is_dir() or place.is_symlink():
        return
    there = {path.name for path in place.iterdir()}
    pairs = [name for name in there if {f"{Path(name).stem}.{e}" for e in ("svg", "pdf")} <= there]
    remove_known_files(place, [n for n in pairs if n.endswith((".svg", ".pdf"))], folder)


def _without(
    clinical: ClinicalRecord | None, videos: Iterable[VideoRecord], names: set[str]
) -> ClinicalRecord | None:
    if clinical is None:
        return None
    people = {v.parts.get("subject") for v in videos if v.name in names} - {None}
    paths = {text for v in videos if v.name in names for text in _names(v.path)}

    def stays(row: Mapping[str, str]) -> bool:
        return row.get("subject") not in people and row.get("video") not in paths

    return clinical.model_copy(
        update={
            "values": {n: v for n, v in clinical.values.items() if n not in names},
            "rows_alone": tuple(row for row in clinical.rows_alone if stays(row)),
            "videos_alone": tuple(n for n in clinical.videos_alone if n not in names),
        }
    )


def _names(path: str) -> tuple[str, str, str]:
    pure = PurePosixPath(path)
    return path, pure.name, pure.stem


def _recordings(record: StudyRecord, codes: Codes, person: _Person) -> list[Path]:
    source = Path(record.source) if record.source else Path()
    paths = [codes.original("video", v.name) or v.path for v in person.videos]
    return [source / path for path in paths]


def _forget(study: Path, key: Path, codes: Codes, record: StudyRecord, person: _Person) -> None:
    """Take the person out of remembered hashes and out of the key."""
    digests = {digest for _, digest in person.contents} | {
        v.sha256 for v in person.videos if v.sha256
    }
    for file in (study / ".hashes.jsonl", key / "hashes.jsonl"):
        forget(file, digests)
    if person.code:
        codes.forget("subject", person.code)
    for code in person.video_codes:
        codes.forget("video", code)
    mine = list(_parts(record, person.videos))
    others = [v for v in record.videos if v not in person.videos]
    shared = set(_parts(record, others))
    for kind, value in mine:
        if (kind, value) not in shared:
            codes.forget(kind, value)
            codes.forget(kind, codes.look(kind, value))
    codes.write()


def _parts(record: StudyRecord, videos: Iterable[VideoRecord]) -> Iterator[tuple[str, str]]:
    """Yield what stands about videos in names and clinical file, each with its kind."""
    for video in videos:
        clinical = record.clinical.values.get(video.name, {}) if record.clinical else {}
        for kind, value in (*video.parts.items(), *clinical.items()):
            if isinstance(value, str) and value:
                yield kind, value


def _still(folder: Path, words: Iterable[str]) -> Iterator[str]:
    """Yield where one of the words still stands, as a whole word, in names and contents."""
    wanted = sorted({word for word in words if len(word) >= _SHORTEST}, key=len, reverse=True)
    if not wanted:
        return
    either = "|".join(re.escape(word) for word in wanted)
    pattern = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])".encode(), re.I)
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).encode(errors="surrogateescape")
        if pattern.search(name) or (path.is_file() and pattern.search(path.read_bytes())):
            yield str(path)


def _write_receipt(study: Path, report: Report) -> Path:
    """Write what was done, without anything by which a person is known."""
    data = {
        "schema": "easytear-withdrawal/1",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "easytear": __version__,
        "people": 1,
        "videos_removed": report.videos,
        "datasets_changed": len(report.datasets),
        "datasets_not_reached": len(report.away),
        "files_of_others_left": len(report.left),
        "places_still_found": len(report.still),
        "recordings_left_to_their_owner": len(report.recordings),
    }
    path = study / RECEIPTS / f"receipt-{secrets.token_hex(4)}.json"
    write_text(path, json.dumps(data, indent=1) + "\n")
    return path
