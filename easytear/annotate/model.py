"""The data model of an annotation file: what one person marked on one video.

Image coordinates of the results format: origin at the centre of the top-left pixel, x right,
y down; frames from 0. Coordinates are kept to a thousandth of a pixel, so that every file format
carries them without loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from easytear.base.geometry import Ellipse
from easytear.base.limits import how_to_widen, whole_limit

SCHEMA: Final = "easytear-annotations/1"


def _thousandth(value: float) -> float:
    return round(value, 3) + 0.0


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


Pixels = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6), AfterValidator(_thousandth)]
Size = Annotated[float, Field(allow_inf_nan=False, ge=0.001, le=1e6), AfterValidator(_thousandth)]


def _short(text: str) -> str:
    if len(text) > whole_limit("text_letters"):
        raise ValueError(f"is too long ({how_to_widen('text_letters')})")
    return text


def _of_a_video(frame: int) -> int:
    if frame > whole_limit("video_frames"):
        raise ValueError(f"is beyond any video ({how_to_widen('video_frames')})")
    return frame


Text = Annotated[str, AfterValidator(_short), AfterValidator(_one_line)]
LONGEST_NAME = 255
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_one_line)]
Word = Annotated[Text, Field(pattern=r"^[!-:<-~]+$")]
Stamp = Annotated[Text, Field(min_length=1)]
Frame = Annotated[int, Field(ge=0), AfterValidator(_of_a_video)]
Point = tuple[Pixels, Pixels]
Source = Literal["hand", "program", "retracked"]
Interpolation = Literal["linear", "film"]


class Record(BaseModel):
    """A frozen part of an annotation file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Keyframe(Record):
    """Where a shape stands in a frame.

    Attributes
    ----------
    frame : int
        Frame of the video.
    points : tuple of (x_px, y_px)
        One for a point, two or more for a front, three or more for a region.
    outside : bool
        True: from this frame on the shape is not seen, until a later keyframe says otherwise.
    occluded : bool
        True: something hides it here, the place is the person's guess.
    source : {"hand", "program", "retracked"}
        Set by the person, taken over from the program, or followed by its tracker from a
        point that the person had set.
    """

    frame: Frame
    points: tuple[Point, ...] = Field(min_length=1)
    outside: bool = False
    occluded: bool = False
    source: Source = "hand"


class EllipseKeyframe(Record):
    """Where an ellipse stands in a frame; the first semi-axis lies along `angle_deg`."""

    frame: Frame
    x_px: Pixels
    y_px: Pixels
    rx_px: Size
    ry_px: Size
    angle_deg: Pixels = 0.0
    outside: bool = False
    occluded: bool = False
    source: Source = "hand"

    def ellipse(self) -> Ellipse:
        """Return it as a shape to compute with."""
        return Ellipse(self.x_px, self.y_px, self.rx_px, self.ry_px, self.angle_deg)


_Key = TypeVar("_Key", Keyframe, EllipseKeyframe)


class Item(Record):
    """What every mark has.

    Attributes
    ----------
    id : int
        Unique within the file.
    label : str
        A name for people; kept from CVAT.
    blind : bool
        False when it was made or changed while the program's result could be seen.
    edited : str or None
        When it was last changed, ISO 8601.
    flags : tuple of str
        Short words without space or semicolon, for example "uncertain".
    note : str
        Free text on one line.
    """

    id: int = Field(ge=1)
    label: Name = ""
    blind: bool = True
    edited: Stamp | None = None
    flags: tuple[Word, ...] = ()
    note: Text = ""


def _without_end(keyframes: tuple[_Key, ...]) -> tuple[_Key, ...]:
    """Leave out an end that says nothing: unseen right after the last keyframe it is anyway."""
    if len(keyframes) > 1:
        before, last = keyframes[-2:]
        if last.outside and not before.outside and last.frame == before.frame + 1:
            return keyframes[:-1]
    return keyframes


class _Shape(Item):
    keyframes: Annotated[tuple[Keyframe, ...], AfterValidator(_without_end)] = Field(min_length=1)

    _fewest: int = 1
    _most: int | None = None

    @model_validator(mode="after")
    def _check(self) -> _Shape:
        _check_frames(self.keyframes)
        for key in self.keyframes:
            count = len(key.points)
            if count > whole_limit("keyframe_points"):
                raise ValueError(f"has too many points ({how_to_widen('keyframe_points')})")
            if count < self._fewest or (self._most is not None and count > self._most):
                raise ValueError(f"frame {key.frame}: wrong number of points ({count})")
        return self


class _OfTrack(Item):
    """What belongs to a track of the program: its number, and where that was in which frame.

    Numbers change when a video is analysed again; the place does not. Files from before have
    no place (None).
    """

    program_frame: Frame | None = None
    program_x_px: Pixels | None = None
    program_y_px: Pixels | None = None


UNMATCHED: Final = "unmatched"
"""Flag of a mark on a finding that results made anew no longer have."""


def is_matched(item: Item) -> bool:
    """Return whether what a mark says of the program's finding still speaks of one."""
    return UNMATCHED not in item.flags


class PointTrack(_Shape, _OfTrack):
    """A film point followed through frames.

    `program_track` is the track of the program that it corrects, None for a point of its own.
    """

    kind: Literal["point"] = "point"
    interpolation: Interpolation = "linear"
    program_track: int | None = None

    _most: int | None = 1


class FrontLine(_Shape):
    """The lipid front as an open line, from left to right or right to left."""

    kind: Literal["front"] = "front"
    interpolation: Interpolation = "linear"

    _fewest: int = 2


class RegionMark(_Shape):
    """The exposed cornea as a closed polygon."""

    kind: Literal["region"] = "region"

    _fewest: int = 3


class EllipseMark(Item):
    """Limbus or pupil."""

    kind: Literal["limbus", "pupil"]
    keyframes: Annotated[tuple[EllipseKeyframe, ...], AfterValidator(_without_end)] = Field(
        min_length=1
    )

    @model_validator(mode="after")
    def _check(self) -> EllipseMark:
        _check_frames(self.keyframes)
        return self


class _Span(Item):
    start_frame: Frame
    end_frame: Frame

    @model_validator(mode="after")
    def _check(self) -> _Span:
        if self.end_frame < self.start_frame:
            raise ValueError(f"ends at frame {self.end_frame}, before it starts")
        return self


class BlinkMark(_Span):
    """A blink; both frames are inside it."""

    kind: Literal["blink"] = "blink"
    complete: bool = True


class IntervalMark(_Span):
    """An interval between blinks; both frames are inside it.

    `program_interval` is the interval of the program whose bounds it replaces, None for one of
    its own; `excluded` says why it is to be left out of averages, empty when it is not; `done`
    says that the person has finished with it.
    """

    kind: Literal["interval"] = "interval"
    program_interval: int | None = None
    excluded: Text = ""
    done: bool = False


class NoteMark(_Span):
    """A remark on a stretch of the video: text in `note`, short words in `flags`."""

    kind: Literal["note"] = "note"


class Verdict(_OfTrack):
    """What the person thinks of one of the program's findings.

    `about` is a "track" (`program_track`), or an interval's "front" or numbers ("interval",
    both with `program_interval`).
    """

    kind: Literal["verdict"] = "verdict"
    about: Literal["track", "front", "interval"] = "track"
    program_track: int | None = None
    program_interval: int | None = None
    accepted: bool

    @model_validator(mode="after")
    def _check_about(self) -> Verdict:
        known = self.program_track if self.about == "track" else self.program_interval
        if known is None:
            raise ValueError(f"a verdict on no {self.about}")
        return self


class ScaleMark(Item):
    """The scale of the video as the person set it."""

    kind: Literal["scale"] = "scale"
    mm_per_px: float = Field(gt=0, allow_inf_nan=False)
    mm_per_px_sd: float | None = Field(default=None, ge=0, allow_inf_nan=False)


ShapeItem = PointTrack | FrontLine | RegionMark
SpanItem = BlinkMark | IntervalMark | NoteMark
AnyItem = Annotated[
    PointTrack
    | FrontLine
    | RegionMark
    | EllipseMark
    | BlinkMark
    | IntervalMark
    | NoteMark
    | Verdict
    | ScaleMark,
    Field(discriminator="kind"),
]
_Kind = TypeVar("_Kind", bound=Item)


class VideoRef(Record):
    """The video that was annotated.

    Attributes
    ----------
    name : str
        File name without folder: people move files and share them.
    sha256 : str or None
        Of the file's content; None when an imported file does not tell.
    width_px, height_px, frame_count : int or None
        Of the frames as EasyTear decodes them.
    time_s : tuple of float
        Presentation time of every frame from the first frame's; empty when unknown.
    """

    name: Name
    sha256: Stamp | None = None
    width_px: int | None = None
    height_px: int | None = None
    frame_count: int | None = None
    time_s: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = ()


class Shown(Record):
    """From when on which of the program's findings were on the screen; none while hidden."""

    when: Stamp
    what: tuple[Word, ...] = ()


class Annotations(Record):
    """One person's annotations of one video.

    `revision` counts the changes ever made; `program_shown` is True once the program's result
    was on the screen while the file was open, `shown` tells each time that this changed. Items
    stand in the order of their ids.
    """

    schema_: Literal["easytear-annotations/1"] = Field(SCHEMA, alias="schema")
    video: VideoRef
    annotator: Name = ""
    created: Stamp | None = None
    software: Text = ""
    program_shown: bool = False
    shown: tuple[Shown, ...] = ()
    revision: int = Field(default=0, ge=0)
    items: tuple[AnyItem, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _check(self) -> Annotations:
        ids = [item.id for item in self.items]
        if ids != sorted(set(ids)):
            raise ValueError("ids of items must be unique and rising")
        return self

    def get(self, item_id: int) -> AnyItem | None:
        """Return the item with this id, None if there is none."""
        return next((item for item in self.items if item.id == item_id), None)

    def of(self, kind: type[_Kind]) -> Iterator[_Kind]:
        """Yield the items of a class in the order of their ids."""
        for item in self.items:
            if isinstance(item, kind):
                yield item

    def next_id(self) -> int:
        """Return an id that no item has."""
        return 1 + max((item.id for item in self.items), default=0)

    def blind(self) -> bool:
        """Return whether every mark was made without sight of the program's result."""
        return all(item.blind for item in self.items)


def _check_frames(keyframes: tuple[Keyframe, ...] | tuple[EllipseKeyframe, ...]) -> None:
    frames = [key.frame for key in keyframes]
    if frames != sorted(set(frames)):
        raise ValueError("frames of keyframes must be unique and rising")
    if keyframes[0].outside:
        raise ValueError("a shape cannot begin unseen")
