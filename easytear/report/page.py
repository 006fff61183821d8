"""The page for people: one file that opens offline and prints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from easytear.base.errors import VideoError
from easytear.base.progress import SILENT, Progress
from easytear.measure.quantities.catalogue import grouped, of_interval, of_video
from easytear.report.drawing import TAIL_S
from easytear.report.drawn import Drawing, figure_tasks
from easytear.report.strip import DecodedPictures, Shot, shots
from easytear.request.settings import describe_settings
from easytear.results import IntervalResult, Pictures, Results, Summary, atomic_write
from easytear.show import words
from easytear.show.flags import sentence
from easytear.show.numbers import (
    UNKNOWN,
    lambda_text,
    number,
    quantity_text,
    rho_text,
    speed_text,
)
from easytear.show.quality import FAIR_SCORE, GOOD_SCORE, expected_error, quality_word
from easytear.video import FrameReader
from easytear.workers.pool import WorkerPool

log = logging.getLogger(__name__)

PAGE = "report.html"


@dataclass(frozen=True)
class HeightBand:
    """The law of the film at one height, in words; not `settled` where it is not to be used."""

    height: str
    time_constant: str
    rise: str
    speed: str
    settled: bool


@dataclass(frozen=True)
class Section:
    """One interval as the page shows it."""

    result: IntervalResult
    state: str
    headline: str
    plain: str
    remarks: list[str]
    quality: str
    expected: str
    drawings: list[Drawing]
    strip: list[Shot]
    details: list[tuple[str, list[tuple[str, str]]]]
    bands: list[HeightBand]


def write_report(
    results: Results,
    folder: Path,
    video: Path | None,
    progress: Progress = SILENT,
    pool: WorkerPool | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Write report.html into a results folder.

    Parameters
    ----------
    results : Results
        What to show.
    folder : Path
        The results folder.
    video : Path or None
        The video, for the frames with front and tracks; without it the page says so.
    progress : Progress
        Told how far the work is.
    pool : WorkerPool, optional
        Its helpers draw the figures.
    meanwhile : callable, optional
        What else there is to do here, before this process would draw figures itself.
    """
    pieces = _pieces(results, video, progress, pool, meanwhile)
    with (
        atomic_write(folder / PAGE) as aside,
        aside.open("w", encoding="utf-8", newline="\n") as out,
    ):
        out.writelines(pieces)


def render(results: Results, video: Path | None, progress: Progress = SILENT) -> str:
    """Return the page as HTML text; parameters as `write_report`."""
    return "".join(_pieces(results, video, progress))


def _pieces(
    results: Results,
    video: Path | None,
    progress: Progress,
    pool: WorkerPool | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[str]:
    """Return the page's text piece by piece: as a whole, a long video's takes much memory."""
    summary = results.summary
    figures = [(pool or WorkerPool()).submit(one) for one in figure_tasks(results)]
    sections, video_there = _sections(results, video, progress)
    if meanwhile is not None:
        meanwhile()
    drawn = [one.result() for one in figures]
    sections = [replace(s, drawings=d) for s, d in zip(sections, drawn, strict=True)]
    return _template().generate(
        summary=summary,
        name=Path(summary.video.path.replace("\\", "/")).name or summary.video.path,
        overview=words.overview(summary),
        flags=[sentence(flag) for flag in summary.flags],
        scale=words.scale_text(summary),
        video=_video_rows(summary),
        labels=[(key, value) for key, value in summary.request.labels.items() if value],
        whole=_whole(summary),
        sections=sections,
        video_there=video_there,
        corrections=summary.notes,
        settings=_settings_rows(summary),
        unknown=UNKNOWN,
        lambda_text=lambda_text,
        rho_text=rho_text,
        speed_text=speed_text,
        number=number,
        tail=TAIL_S,
        good=GOOD_SCORE,
        fair=FAIR_SCORE,
    )


def _sections(
    results: Results, video: Path | None, progress: Progress
) -> tuple[list[Section], bool]:
    """Return the intervals' sections without their figures, and whether the video was there."""
    intervals = results.summary.intervals
    reader = None
    pictures = results.pictures
    if pictures is None and (reader := _open(video, results.summary.video.fps_given)):
        pictures = DecodedPictures(reader, fields="interlaced" in results.summary.flags)
    try:
        sections = []
        for done, result in enumerate(intervals):
            progress.update(done, len(intervals), "drawing the page")
            sections.append(_section(results, result, pictures))
        return sections, pictures is not None
    finally:
        if reader is not None:
            reader.close()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("easytear.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("easytear.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    environment.globals["style"] = Markup(style)
    return environment.get_template("page.html")


def _open(video: Path | None, fps: float | None) -> FrameReader | None:
    if video is None:
        return None
    try:
        return FrameReader(video, fps)
    except VideoError as error:
        log.warning("the page stays without frames of the video: %s", error)
        return None


def _section(results: Results, result: IntervalResult, pictures: Pictures | None) -> Section:
    return Section(
        result=result,
        state=words.state(result),
        headline=words.headline(result),
        plain=words.plain(result),
        remarks=words.remarks(result),
        quality=quality_word(result.quality.score),
        expected=expected_error(result.quality.score),
        drawings=[],
        strip=[] if pictures is None else list(shots(results, result, pictures)),
        details=_details(result),
        bands=_bands(result),
    )


_ELSEWHERE: Final = ("quality.score", "quality.flags")
"""Quantities that the page tells in other ways."""


def _details(result: IntervalResult) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every known number under its heading, from the catalogue of quantities."""
    shown = [one for one in of_interval() if one.key not in _ELSEWHERE]
    groups = [
        (title, [(one.label, quantity_text(one, result)) for one in quantities])
        for title, quantities in grouped(shown).items()
    ]
    told = [(title, [row for row in rows if row[1] != UNKNOWN]) for title, rows in groups]
    return [(title, rows) for title, rows in told if rows]


def _whole(summary: Summary) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return every known number of the video as a whole with its meaning, under its heading."""
    groups = [
        (title, [(one.label, quantity_text(one, summary), one.meaning) for one in quantities])
        for title, quantities in grouped(of_video()).items()
    ]
    told = [(title, [row for row in rows if row[1] != UNKNOWN]) for title, rows in groups]
    return [(title, rows) for title, rows in told if len(rows) > 1]


def _bands(result: IntervalResult) -> list[HeightBand]:
    return [
        HeightBand(
            f"{one.from_mm:.1f} to {one.to_mm:.1f} mm",
            lambda_text(one.fit),
            rho_text(one.fit),
            speed_text(one.fit),
            settled=one.fit is not None and one.fit.converged,
        )
        for one in result.spread.bands
    ]


def _video_rows(summary: Summary) -> list[tuple[str, str]]:
    video = summary.video
    rate = "varying frame rate" if video.variable_frame_rate else "steady frame rate"
    return [
        ("Picture", f"{video.width_px} × {video.height_px} pixels, {video.codec}"),
        ("Frames", f"{video.frame_count} in {video.duration_s:.2f} s"),
        ("Frame rate", f"{video.fps_mean:.2f} frames/s, {rate}"),
        ("Scale", words.scale_text(summary)),
        ("Fingerprint (SHA-256)", video.sha256),
    ]


def _settings_rows(summary: Summary) -> list[tuple[str, str, str, str, bool]]:
    """Return (group.name, value, unit, meaning, changed) of every setting that the run used."""
    known = {(info.group, info.name): info for info in describe_settings()}
    rows = []
    for group, values in summary.request.settings.model_dump(mode="json").items():
        for name, value in values.items():
            info = known.get((group, name))
            unit = info.unit if info is not None and info.unit not in ("-", "1") else ""
            meaning = f"{info.label}. {info.description}" if info is not None else ""
            changed = info is not None and _plain(info.default) != _plain(value)
            label = f"{group}.{name}"
            rows.append((label, _value_text(value), unit, meaning, changed))
    return rows


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return UNKNOWN if value is None else str(value)
