"""The columns of study.csv: what each means, in which unit, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "number", "integer", "yes/no"]


@dataclass(frozen=True)
class Column:
    """One column of study.csv.

    `source` is "study", "file name", "clinical file", or the place in summary.json.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    source: str


UNITS: Final = (
    ("_mm2_s", "mm²/s"),
    ("_mm_s", "mm/s"),
    ("_nm_s", "nm/s"),
    ("_mm_per_px_sd", "mm/px"),
    ("_mm_per_px", "mm/px"),
    ("_mm2", "mm²"),
    ("_mm", "mm"),
    ("_nm", "nm"),
    ("_px", "px"),
    ("_deg", "degree"),
    ("_s", "s"),
)

_FIT: Final[Sequence[tuple[str, Kind, str]]] = (
    ("model", "text", "model that was fitted"),
    ("rho_mm", "number", "amplitude of the spread, rho"),
    ("rho_mm_ci95_lo", "number", "lower end of rho's 95 % interval"),
    ("rho_mm_ci95_hi", "number", "upper end of rho's 95 % interval"),
    ("lambda_s", "number", "time constant of the spread, lambda"),
    ("lambda_s_ci95_lo", "number", "lower end of lambda's 95 % interval"),
    ("lambda_s_ci95_hi", "number", "upper end of lambda's 95 % interval"),
    ("onset_s", "number", "video time at which the spread starts"),
    ("drift_mm_s", "number", "steady drift beside the exponential; empty without drift"),
    ("initial_velocity_mm_s", "number", "rho / lambda"),
    ("initial_velocity_mm_s_ci95_lo", "number", "lower end of its 95 % interval"),
    ("initial_velocity_mm_s_ci95_hi", "number", "upper end of its 95 % interval"),
    ("r2", "number", "coefficient of determination"),
    ("rmse_mm", "number", "root mean square residual"),
    ("n", "integer", "tracks, or front samples, in the fit"),
    ("window_over_lambda", "number", "length of the fitted window / lambda"),
    ("converged", "yes/no", "whether the fit converged; if not, it is left out of averages"),
)

_FITTED: Final = (
    ("y", "upward displacement of the film just below the front"),
    ("x", "horizontal displacement of the film (no physical basis)"),
    ("front", "mean height of the lipid front"),
)

_ELLIPSE: Final[Sequence[tuple[str, Kind, str]]] = (
    ("x_px", "number", "centre x"),
    ("y_px", "number", "centre y"),
    ("rx_px", "number", "first half axis"),
    ("ry_px", "number", "second half axis"),
    ("angle_deg", "number", "angle of the first half axis"),
)

_INTERVAL: Final[Sequence[tuple[str, Kind, str]]] = (
    ("velocity_mean_mm_s", "number", "mean upward velocity of the film, without a model"),
    ("velocity_peak_mm_s", "number", "peak upward velocity"),
    ("velocity_time_of_peak_s", "number", "video time of the peak"),
    ("velocity_early_mm_s", "number", "mean velocity over the first 0.2 s after onset"),
    ("stabilization_s", "number", "from onset until the velocity stays under the set limit"),
    ("streak_angle_deg", "number", "direction of the film's texture, 0 horizontal, 90 vertical"),
    ("area_start_mm2", "number", "cornea below the front at the start"),
    ("area_end_mm2", "number", "cornea below the front at the end"),
    ("area_max_mm2", "number", "largest area below the front"),
    ("area_rate_mm2_s", "number", "rate at which the area grows"),
    ("area_end_fraction", "number", "share of the region below the front at the end"),
    ("thickness_median_nm", "number", "median film thickness"),
    ("thickness_p10_nm", "number", "10th percentile of film thickness"),
    ("thickness_p90_nm", "number", "90th percentile of film thickness"),
    ("thickness_thinning_nm_s", "number", "rate at which the film thins"),
    ("quality_score", "number", "how far the numbers can be trusted, 0 to 1"),
    ("quality_flags", "text", "what to know before believing them, joined by ;"),
    ("observed_flags", "text", "what was noted while the eye was watched, joined by ;"),
    ("observed_front_flags", "text", "what was noted while the front was found, joined by ;"),
    ("excluded_reason", "text", "why a person excluded the interval"),
    ("excluded_by", "text", "who excluded it"),
    ("excluded_when", "text", "when it was excluded"),
)

_POSITION: Final[Sequence[tuple[str, Kind, str]]] = (
    ("start_frame", "integer", "first frame of the interval"),
    ("end_frame", "integer", "last frame of the interval"),
    ("start_s", "number", "video time of the first frame"),
    ("end_s", "number", "video time of the last frame"),
    ("blink_before_start_frame", "integer", "first frame of the blink before"),
    ("blink_before_end_frame", "integer", "last frame of the blink before"),
    ("blink_before_complete", "yes/no", "whether that blink was complete"),
)

_VIDEO: Final[Sequence[tuple[str, Kind, str]]] = (
    ("flags", "text", "flags of the video as a whole, joined by ;"),
    ("calibration_mm_per_px", "number", "scale"),
    ("calibration_mm_per_px_sd", "number", "one standard deviation of the scale"),
    ("calibration_source", "text", "where the scale comes from: user, device or iris width"),
    ("video_path", "text", "path of the video below the study's source, or its code"),
    ("video_sha256", "text", "SHA-256 of the video's content"),
    ("video_width_px", "integer", "width of a frame"),
    ("video_height_px", "integer", "height of a frame"),
    ("video_frame_count", "integer", "frames"),
    ("video_duration_s", "number", "duration"),
    ("video_fps_mean", "number", "mean frames per second"),
    ("video_variable_frame_rate", "yes/no", "whether the frame rate varies"),
    ("video_codec", "text", "codec"),
    ("software_easytear", "text", "version of EasyTear that made the results"),
)

FIRST: Final = (
    Column("video", "text", "", "name of the video in the study", "study"),
    Column("interval", "integer", "", "index of the inter-blink interval in its video", "index"),
    Column("error", "text", "", "why the video has no numbers; empty if it has", "study"),
)
LEFT_OUT: Final = Column(
    "left_out", "text", "", "why the interval is left out of averages; empty if it is in", "study"
)


def _fit_columns(prefix: str, what: str) -> list[Column]:
    return [
        _column(f"{prefix}_{name}", kind, f"{meaning} ({what})") for name, kind, meaning in _FIT
    ]


def _column(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name, kind, unit_of(name), meaning, f"summary.json: {name}")


def unit_of(name: str) -> str:
    """Return the unit that a column's name ends in, or an empty string."""
    stem = re.sub(r"_(ci95_)?(lo|hi)$", "", name)
    return next((unit for ending, unit in UNITS if stem.endswith(ending)), "")


def band_columns(number: int) -> list[Column]:
    """Return the columns of the height bands 0 to `number` - 1."""
    columns: list[Column] = []
    for band in range(number):
        prefix = f"spread_bands_{band}"
        columns.append(_column(f"{prefix}_from_mm", "number", f"lower edge of band {band}"))
        columns.append(_column(f"{prefix}_to_mm", "number", f"upper edge of band {band}"))
        columns += _fit_columns(f"{prefix}_fit", f"height band {band} above the lower limbus")
    return columns


def summary_columns(bands: int) -> list[Column]:
    """Return the columns that come from summary.json, in the table's order."""
    position = [_column(*row) for row in _POSITION]
    fits = [c for key, what in _FITTED for c in _fit_columns(f"spread_{key}", what)]
    interval = [_column(*row) for row in _INTERVAL]
    shapes = [
        _column(f"{shape}_{name}", kind, f"{meaning} of the {shape} in the first frame")
        for shape in ("pupil", "iris")
        for name, kind, meaning in _ELLIPSE
    ]
    video = [_column(*row) for row in _VIDEO]
    return [*position, *fits, *interval, *band_columns(bands), *shapes, *video]


def table_columns(
    names: Iterable[str], clinical: Iterable[Column], extra: Iterable[Column], bands: int
) -> list[Column]:
    """Return all columns of the table: who, what is wrong, numbers, provenance, further ones."""
    own = [
        Column(name, "integer" if name == "day" else "text", _day_unit(name), meaning, "file name")
        for name, meaning in ((name, _name_meaning(name)) for name in names)
    ]
    return [*FIRST, LEFT_OUT, *own, *clinical, *summary_columns(bands), *extra]


def _day_unit(name: str) -> str:
    return "day" if name == "day" else ""


def _name_meaning(name: str) -> str:
    if name == "day":
        return "days since the subject's first recording"
    return f"{name}, from the name of the file"
