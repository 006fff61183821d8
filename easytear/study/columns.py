"""The columns of study.csv: what each means, in which unit, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from easytear.measure.quantities.base import Kind, Quantity
from easytear.measure.quantities.catalogue import of_interval, of_video
from easytear.measure.quantities.spread import fit_quantities

__all__ = ["Column", "Kind"]


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

_ELLIPSE: Final[Sequence[tuple[str, Kind, str]]] = (
    ("x_px", "number", "centre x"),
    ("y_px", "number", "centre y"),
    ("rx_px", "number", "first half axis"),
    ("ry_px", "number", "second half axis"),
    ("angle_deg", "number", "angle of the first half axis"),
)

_DECIDED: Final[Sequence[tuple[str, Kind, str]]] = (
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


def quantity_columns(quantity: Quantity) -> list[Column]:
    """Return the columns of a quantity: its value, and the ends of its 95 % intervals."""
    place, name = f"summary.json: {'.'.join(quantity.place)}", quantity.column
    columns = [Column(name, quantity.kind, quantity.unit, quantity.meaning, place)]
    endings = [("ci95", "95 % interval")] * quantity.ci95
    endings += [("ci95_given_scale", "95 % interval for one scale")] * quantity.given_scale
    for ending, which in endings:
        for end, word in (("lo", "lower"), ("hi", "upper")):
            meaning = f"{word} end of the {which} of {quantity.label}"
            column = f"{name}_{ending}_{end}"
            columns.append(Column(column, "number", quantity.unit, meaning, f"{place}_{ending}"))
    return columns


def _column(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name, kind, unit_of(name), meaning, f"summary.json: {name}")


def unit_of(name: str) -> str:
    """Return the unit that a column's name ends in, or an empty string."""
    stem = re.sub(r"_(ci95_(given_scale_)?)?(lo|hi)$", "", name)
    return next((unit for ending, unit in UNITS if stem.endswith(ending)), "")


def band_columns(number: int) -> list[Column]:
    """Return the columns of the height bands 0 to `number` - 1."""
    columns: list[Column] = []
    for band in range(number):
        prefix = f"spread_bands_{band}"
        columns.append(_column(f"{prefix}_from_mm", "number", f"lower edge of band {band}"))
        columns.append(_column(f"{prefix}_to_mm", "number", f"upper edge of band {band}"))
        of_band = fit_quantities(
            f"spread.bands.{band}.fit", "", "", f"height band {band} above the lower limbus"
        )
        columns += [column for one in of_band for column in quantity_columns(one)]
    return columns


def summary_columns(bands: int) -> list[Column]:
    """Return the columns that come from summary.json, in the table's order."""
    position = [_column(*row) for row in _POSITION]
    quantities = [column for one in of_interval() for column in quantity_columns(one)]
    decided = [_column(*row) for row in _DECIDED]
    shapes = [
        _column(f"{shape}_{name}", kind, f"{meaning} of the {shape} in the first frame")
        for shape in ("pupil", "iris")
        for name, kind, meaning in _ELLIPSE
    ]
    video = [_column(*row) for row in _VIDEO]
    video += [column for one in of_video() for column in quantity_columns(one)]
    return [*position, *quantities, *decided, *band_columns(bands), *shapes, *video]


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
