"""What is to be done in a study: what is there, what is done already, what is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import regex

from easytear import __version__
from easytear.base.errors import EasyTearError
from easytear.request.settings import Settings
from easytear.study.discover import Found, find_videos
from easytear.study.hashes import HashMemory
from easytear.study.names import Codes, read_date, read_names, study_names, unfit
from easytear.study.tasks import Limits, Outcome, Task, fingerprints, read_outcome
from easytear.study.trips import at_once
from easytear.study.withdrawn import withdrawn

VIDEOS: Final = "videos"
KEY: Final = "key.csv"
ANALYSER: Final = "easytear.study.worker:analyse_video"


@dataclass(frozen=True)
class Order:
    """What somebody wants of a study.

    Attributes
    ----------
    source, study : Path
        Folder with the videos; folder of the study.
    settings : Settings
        Of the analysis.
    mm_per_px, hvid_mm : float or None
        A known scale, or the width of the iris, for all videos.
    globs : tuple of str
        Which files are videos; see `find_videos`.
    pattern : regex.Pattern or None
        Finds subject, eye, visit ... in the paths.
    anonymise : bool
        Codes in place of names and paths.
    retry_failed : bool
        Try again what failed.
    keep_older : bool
        Take results of another version of EasyTear as done.
    limits : Limits
        Of every video.
    threads : int
        Threads of one analysis.
    analyser : str
        `module:function` that analyses; see `Task`.
    """

    source: Path
    study: Path
    settings: Settings
    limits: Limits
    mm_per_px: float | None = None
    hvid_mm: float | None = None
    globs: tuple[str, ...] = ()
    pattern: regex.Pattern[str] | None = None
    anonymise: bool = False
    retry_failed: bool = False
    keep_older: bool = False
    threads: int = 1
    analyser: str = ANALYSER

    @cached_property
    def fingerprints(self) -> tuple[str, str]:
        """Hashes of what the analyses depend on; see `tasks.fingerprints`."""
        return fingerprints(self.settings, self.mm_per_px, self.hvid_mm, self.analyser)


@dataclass(frozen=True)
class Entry:
    """One video of a study: its name there, what its file name says, and how it ended.

    `unfit` says why it is not analysed at all.
    """

    path: str
    name: str
    parts: Mapping[str, str | None]
    outcome: Outcome | None
    unfit: str = ""


@dataclass
class Plan:
    """The videos of a study, in the order of their paths or codes, and the tasks that are left.

    `left_behind` are results in the study whose video is not among those found; `codes` stand
    in place of names if those are hidden.
    """

    entries: list[Entry]
    tasks: list[Task]
    skipped: tuple[tuple[str, str], ...]
    left_behind: tuple[str, ...] = ()
    codes: Codes | None = None


def key_folder(study: Path) -> Path:
    """Return where the key of an anonymised study stands: beside the study, not in it."""
    return study.with_name(f"{study.name}-key")


def hash_memory(order: Order, keep: bool = True) -> HashMemory:
    """Return the memory of hashes; it holds paths, so it stands apart if those are hidden."""
    if order.anonymise:
        return HashMemory(key_folder(order.study) / "hashes.jsonl", keep, private=True)
    return HashMemory(order.study / ".hashes.jsonl", keep)


def make_plan(order: Order, memory: HashMemory) -> Plan:
    """Look at the source and at the study and say what is to be done; nothing is written.

    A video is done if its folder holds the outcome of a video of the same content, analysed with
    the same settings, scale and version of EasyTear. Where such an outcome stands under another
    name (the video was moved, or is there twice), its results are taken over; where only
    measuring settings differ, what was found is measured again.

    Raises
    ------
    EasyTearError
        If there are no videos.
    """
    found = _without_withdrawn(
        order, find_videos(order.source, order.globs, (order.study, key_folder(order.study)))
    )
    if not found.videos:
        raise EasyTearError(
            f"{order.source}: holds no videos; give --glob if they have unusual names."
        )
    names, parts, codes = names_of(order, found)
    there = _outcomes(order.study)
    usable = _by_content(there, order)
    plan = Plan([], [], found.skipped)
    abouts = dict(zip(found.videos, at_once(_about(order.source), found.videos), strict=True))
    # Hidden names come in the order of their codes: that of the names would tell something.
    for path in sorted(found.videos, key=names.__getitem__) if codes else found.videos:
        name = names[path]
        video = (order.source / path).absolute()
        if why := unfit(str(video)):
            shown = f"{name}: its name is not UTF-8; rename it." if codes else why
            plan.entries.append(Entry(path, name, parts[path], None, shown))
            continue
        old = there.pop(name, None)
        about = abouts[path]
        outcome = old if old and _is_done(old, video, about, order, memory) else None
        plan.entries.append(Entry(path, name, parts[path], outcome))
        if outcome is None:
            reuse = _usable(video, name, usable, memory)
            plan.tasks.append(_task(order, path, name, parts[path], reuse))
    _reuse_only_what_stays(plan)
    plan.left_behind = tuple(sorted(there))
    plan.codes = codes
    return plan


def _without_withdrawn(order: Order, found: Found) -> Found:
    """Return what was found without the videos of people who withdrew."""
    gone = withdrawn(key_folder(order.study))
    if gone.is_nobody():
        return found
    codes = Codes(key_folder(order.study) / KEY)
    parts = read_names(found.videos, order.pattern)
    out = gone.leaves_out(codes, order.source, parts)
    reasons = [(path, "withdrawn from the study") for path in out]
    return Found(
        tuple(path for path in found.videos if path not in out),
        tuple(sorted((*found.skipped, *reasons))),
    )


def still_in(study: Path, rows: Sequence[dict[str, str]]) -> tuple[dict[str, str], ...]:
    """Return clinical rows, by their keys, without those of people who withdrew."""
    gone = withdrawn(key_folder(study))
    if gone.is_nobody():
        return tuple(rows)
    codes = Codes(key_folder(study) / KEY)
    return tuple(row for row in rows if not gone.is_of_them(codes, row))


def _reuse_only_what_stays(plan: Plan) -> None:
    """Take nothing over from folders that get other results; their own they may."""
    again = {task.folder for task in plan.tasks}
    plan.tasks = [
        task.model_copy(update={"reuse": ""})
        if task.reuse in again and task.reuse != task.folder
        else task
        for task in plan.tasks
    ]


def names_of(
    order: Order, found: Found
) -> tuple[dict[str, str], dict[str, dict[str, str | None]], Codes | None]:
    """Return names and parts of names by path, coded if they are to be hidden, and the codes."""
    parts = read_names(found.videos, order.pattern)
    if not order.anonymise:
        return study_names(found.videos), parts, None
    codes = Codes(key_folder(order.study) / KEY)
    names = {path: codes.code("video", path) for path in found.videos}
    first = first_days(parts)
    hidden = {
        path: {k: v or None for k, v in codes.hide(p, first.get(p.get("subject") or "")).items()}
        for path, p in parts.items()
    }
    return names, hidden, codes


def first_days(parts: Mapping[str, Mapping[str, str | None]]) -> dict[str, date]:
    """Return each subject's first day, from the parts of the videos' names."""
    first: dict[str, date] = {}
    for values in parts.values():
        day, subject = read_date(values.get("date")), values.get("subject") or ""
        if day is not None:
            first[subject] = min(day, first.get(subject, day))
    return first


def _outcomes(study: Path) -> dict[str, Outcome]:
    folder = study / VIDEOS
    if not folder.is_dir():
        return {}
    places = list(folder.iterdir())
    read = zip(places, at_once(read_outcome, places), strict=True)
    return {place.name: outcome for place, outcome in read if outcome is not None}


def _by_content(
    outcomes: Mapping[str, Outcome], order: Order
) -> dict[tuple[int, str], list[tuple[str, Path]]]:
    """Return by size and content the results that can be taken over or measured again.

    Those with the very same settings come first.
    """
    found: dict[tuple[int, str], list[tuple[str, Path]]] = {}
    by_fit = sorted(
        outcomes.items(), key=lambda item: (item[1].fingerprint != order.fingerprints[0], item[0])
    )
    for name, outcome in by_fit:
        same_look = outcome.looks == order.fingerprints[1] and _same_version(outcome, order)
        if outcome.status == "done" and same_look:
            place = (order.study / VIDEOS / name).absolute()
            found.setdefault((outcome.size, outcome.video_sha256), []).append((name, place))
    return found


def _same_version(outcome: Outcome, order: Order) -> bool:
    return order.keep_older or outcome.easytear == __version__


def _about(source: Path) -> Callable[[str], os.stat_result | None]:
    """Return what looks at a video below the source; None where it cannot be looked at."""

    def look(path: str) -> os.stat_result | None:
        try:
            return (source / path).stat()
        except (OSError, ValueError):
            return None

    return look


def _is_done(
    outcome: Outcome, video: Path, about: os.stat_result | None, order: Order, memory: HashMemory
) -> bool:
    if outcome.fingerprint != order.fingerprints[0] or not _same_version(outcome, order):
        return False
    if outcome.kind == "killed":  # by somebody or the system: nothing is said of the video
        return False
    if outcome.status == "failed" and (order.retry_failed or _has_more_room(outcome, order)):
        return False
    with suppress(OSError):
        if about is not None:
            same_size = about.st_size == outcome.size
            return same_size and memory.get(video, about) == outcome.video_sha256
    return outcome.status == "failed" and not outcome.video_sha256


def _has_more_room(outcome: Outcome, order: Order) -> bool:
    """Tell whether the video failed at a limit that is wider now."""
    before, now = outcome.limits, order.limits
    if before is None:
        return False
    if outcome.kind == "time limit":
        return now.time_s > before.time_s
    return outcome.kind == "memory limit" and now.memory_mb > before.memory_mb


def _usable(
    video: Path,
    name: str,
    usable: Mapping[tuple[int, str], list[tuple[str, Path]]],
    memory: HashMemory,
) -> str:
    """Return the folder whose results serve this video, its own before others, or "".

    The size decides before any content is read.
    """
    try:
        size = video.stat().st_size
        if not any(size == other for other, _ in usable):
            return ""
        places = usable.get((size, memory.get(video)), [])
    except OSError:
        return ""
    own = [str(place) for other, place in places if other == name]
    return (own or [str(place) for _, place in places] or [""])[0]


def _task(order: Order, path: str, name: str, parts: Mapping[str, str | None], reuse: str) -> Task:
    return Task(
        name=name,
        video=str((order.source / path).absolute()),
        shown_path=name if order.anonymise else path,
        folder=str((order.study / VIDEOS / name).absolute()),
        fingerprint=order.fingerprints[0],
        looks=order.fingerprints[1],
        settings=order.settings.model_dump(mode="json"),
        mm_per_px=order.mm_per_px,
        hvid_mm=order.hvid_mm,
        analyser=order.analyser,
        reuse=reuse,
        labels={} if order.anonymise else {key: part for key, part in parts.items() if part},
        hide=order.anonymise,
        threads=order.threads,
        limits=order.limits,
    )
