"""A study made into a dataset that may be given away, looked at by a person first."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from easytear.base.errors import EasyTearError, ResultsError, UsageError
from easytear.base.folders import MARKER, make_own_folder, remove_own_folder
from easytear.base.progress import SILENT, Part, Progress
from easytear.report.deliver import deliver
from easytear.results import read_results, write_text
from easytear.sharing.burnt_in import Box
from easytear.sharing.card import About, Manifest, describe, read_manifest
from easytear.sharing.check import check_folder, writing_in
from easytear.sharing.clean import clean_summary
from easytear.sharing.coded import Coded, coded
from easytear.sharing.finds import Find, Wanted
from easytear.sharing.masked import with_boxes, write_bare, write_masked
from easytear.sharing.register import Copy, remember_copy
from easytear.sharing.review import Shot, code_of, shots_of, write_review
from easytear.study.finish import finish
from easytear.study.names import Codes, plain_part
from easytear.study.plan import KEY, VIDEOS, key_folder
from easytear.study.record import SETTINGS, StudyRecord, VideoRecord, read_record
from easytear.study.tasks import OUTCOME, read_outcome
from easytear.video.dicom import is_dicom

DATA: Final = "dataset"
_SHORTEST = 3
_NO_WORDS: Final = About()


class NotPrivateError(EasyTearError):
    """Something that could tell who somebody is would have been in the dataset."""

    def __init__(self, message: str, finds: Sequence[Find]) -> None:
        super().__init__(message)
        self.finds = tuple(finds)


@dataclass(frozen=True)
class Choices:
    """How a study is shared.

    Attributes
    ----------
    about : About
        Title, licence, authors, words; what of the recordings goes along.
    source : Path or None
        Where the recordings are; the study knows it where names are not hidden.
    allowed : tuple of str
        Clinical columns that may go out; see `easytear.study.privacy`.
    boxes : tuple of Box
        Places to cover in every picture, beside the writing that is found.
    harmless : tuple of str
        Names of the study that are ordinary words, too.
    """

    about: About = _NO_WORDS
    source: Path | None = None
    allowed: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    harmless: tuple[str, ...] = ()


def draft_folder(out: Path) -> Path:
    """Return where a dataset waits until somebody has looked at it."""
    return out.with_name(f"{out.name}-review")


def refuse_in_the_way(study: Path, out: Path) -> None:
    """Refuse a place for a dataset that is taken, or lies inside the study."""
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out}: exists already; choose another name.")
    if out.resolve().is_relative_to(study.resolve()):
        raise UsageError(f"{out}: lies inside the study; choose a place outside.")


def prepare(study: Path, out: Path, choices: Choices, progress: Progress = SILENT) -> Path:
    """Make a dataset aside and the page to look at; return the page.

    Raises
    ------
    NotPrivateError
        If something could tell who somebody is that the program knows of; nothing is left.
    EasyTearError
        If the study, a recording, or a clinical column cannot be used.
    """
    refuse_in_the_way(study, out)
    record = read_record(study)
    key = key_folder(study)
    codes = Codes(key / KEY)
    given = coded(record, codes, choices.allowed)
    if not given.record.videos:
        raise EasyTearError(f"{study}: no video has ended yet; run 'easytear batch' first.")
    codes.write()
    remember_copy(key, Copy(dataset="", place=str(out)))  # what waits is a copy, too
    draft = draft_folder(out)
    make_own_folder(draft)
    draft.chmod(0o700)  # not confirmed yet: nobody else looks at it
    try:
        return _fill(study, draft, record, given, codes, choices, progress)
    except BaseException:
        remove_own_folder(draft, draft.parent)
        raise


def _fill(
    study: Path,
    draft: Path,
    record: StudyRecord,
    given: Coded,
    codes: Codes,
    choices: Choices,
    progress: Progress,
) -> Path:
    dataset = draft / DATA
    dataset.mkdir()
    shots: list[Shot] = []
    old = {given.names[v.name]: v for v in record.videos if v.name in given.names}
    for number, video in enumerate(given.record.videos):
        part = Part(progress, number / len(old), (number + 1) / len(old))
        part.update(0.0, 1.0, video.name)
        recording = _recording(record, old[video.name], codes, choices)
        shots += _one(study, dataset, old[video.name], video, recording, choices)
    shutil.copyfile(study / SETTINGS, dataset / SETTINGS)
    done = finish(dataset, given.record)
    describe(dataset, done, Manifest(dataset=uuid.uuid4().hex, about=choices.about))
    warnings = _refuse_telling(study, dataset, record, codes, choices)
    notes = [f"{name}: a clinical column that is left out" for name in given.left_out]
    return write_review(draft, dataset, done, shots, warnings, notes)


def _recording(
    record: StudyRecord, video: VideoRecord, codes: Codes, choices: Choices
) -> Path | None:
    """Return where a video's recording is; None where none is wanted."""
    if choices.about.videos == "none" or video.state != "done":
        return None
    source = choices.source or (Path(record.source) if record.source else None)
    path = codes.original("video", video.name) if record.anonymised else video.path
    if source is None or path is None or not (source / path).is_file():
        raise ResultsError(
            f"{source or 'the recordings'}: the recording of {video.name} is not there; name their "
            "folder with --source, or share with --videos none."
        )
    return source / path


def _one(
    study: Path,
    dataset: Path,
    old: VideoRecord,
    new: VideoRecord,
    recording: Path | None,
    choices: Choices,
) -> list[Shot]:
    """Write one video's folder; return frames of what of its recording goes along."""
    if new.unfit:
        return []
    folder = dataset / VIDEOS / new.name
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    outcome = read_outcome(study / VIDEOS / old.name)
    if outcome is None:
        raise ResultsError(f"{study}: {old.name} has no {OUTCOME}; run 'easytear batch' again.")
    # The sentence that says why a video failed names its file: a word must do.
    told = outcome.model_copy(update={"name": new.name, "mtime_ns": 0, "error": outcome.kind})
    shots: list[Shot] = []
    shown: Path | None = None
    if recording is not None:
        shown, covered = _pass_on(recording, folder, choices)
        shots.append(shots_of(new.name, shown, covered))
    if old.state == "done":
        results = read_results(study / VIDEOS / old.name)
        deliver(replace(results, summary=clean_summary(results.summary, new.name)), folder, shown)
    write_text(folder / OUTCOME, told.model_dump_json(indent=1, by_alias=True) + "\n")
    return shots


def _pass_on(recording: Path, folder: Path, choices: Choices) -> tuple[Path, float]:
    """Write what of a recording goes along; return it, and the share that is covered."""
    if choices.about.videos == "as-is":
        out = folder / f"video{'.mkv' if is_dicom(recording) else recording.suffix.lower()}"
        write_bare(recording, out)
        return out, 0.0
    out = folder / "video.mp4"
    found = writing_in(recording)
    mask = with_boxes(found, choices.boxes)
    write_masked(recording, out, mask)
    return out, float(mask.mean())


def _refuse_telling(
    study: Path, dataset: Path, record: StudyRecord, codes: Codes, choices: Choices
) -> list[Find]:
    """Refuse what could tell somebody; return where writing may still stand in a picture."""
    wanted = Wanted(originals(study, record, codes), frozenset(choices.harmless))
    finds = check_folder(dataset, wanted)
    written = [one for one in finds if one.kind == "text in the picture"]
    telling = [one for one in finds if one.kind != "text in the picture"]
    if telling:
        raise NotPrivateError(
            f"{study}: was not shared: {len(telling)} places in it could tell who somebody is; "
            "mend them, or give --harmless WORD where a name is an ordinary word, too.",
            telling,
        )
    return written


def originals(study: Path, record: StudyRecord, codes: Codes) -> tuple[str, ...]:
    """Return all names that must not stand in a dataset of this study."""
    words = set(codes.originals()) | {str(study.absolute())}
    words |= {record.source} if record.source else set()
    if not record.anonymised:
        for video in record.videos:
            path = PurePosixPath(video.path)
            words |= {video.path, video.name, path.name, path.stem, *path.parts[:-1]}
            words |= {v for k, v in video.parts.items() if v and not plain_part(k, v)}
    return tuple(sorted(w for w in words if len(w) >= _SHORTEST and not plain_part("visit", w)))


def confirm(study: Path, out: Path, code: str) -> None:
    """Put a dataset that a person has looked at in its place.

    Raises
    ------
    UsageError
        If nothing waits there, or the code is not that of what waits.
    """
    refuse_in_the_way(study, out)
    draft = draft_folder(out)
    dataset = draft / DATA
    if not (draft / MARKER).is_file() or not dataset.is_dir():
        raise UsageError(f"{out}: nothing waits to be confirmed; run 'easytear share' first.")
    if code.strip().upper() != code_of(dataset):
        raise UsageError(
            f"--confirm {code}: is not the code of what waits; look at {draft / 'review.html'}."
        )
    place = Copy(dataset=read_manifest(dataset).dataset, place=str(out.absolute()))
    remember_copy(key_folder(study), place)
    dataset.replace(out)
    remove_own_folder(draft, draft.parent)
