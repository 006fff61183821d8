"""What a session is: the videos, the settings, and a person's decisions. Plain frozen records."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated as Typed
from typing import Any, Final
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from easytear.base.folders import is_plain_name
from easytear.request.corrections import Corrections
from easytear.request.scale import Calibration, ScaleRequest
from easytear.request.settings import Settings


def _plain_name(name: str) -> str:
    if not is_plain_name(name):
        raise ValueError("must be the name of one file or folder")
    return name


def _a_path(path: Path) -> Path:
    text = str(path)
    if "\0" in text or len(text) > _LONGEST_PATH:
        raise ValueError("must be a path that a file can have")
    if any(len(os.fsencode(part)) > _LONGEST_PART for part in path.parts):
        raise ValueError("must be a path that a file can have")
    return path


_LONGEST_PATH: Final = 4000
_LONGEST_PART: Final = 255
"""Linux takes 4096 and 255 bytes, others less; asking for longer ones is an error, not a no."""

FilePath = Typed[Path, AfterValidator(_a_path)]
PlainName = Typed[str, AfterValidator(_plain_name)]
"""A session file comes from whomever: a name in it must not lead out of the results folder."""

Key = Typed[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Model(BaseModel):
    """A frozen record; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """How far a video is."""

    NEW = "new"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Annotated(Model):
    """An annotation file of napari in the results folder, with the SHA-256 of its content."""

    file: PlainName
    sha256: str


class Decisions(Model):
    """What a person decided about one video.

    Attributes
    ----------
    corrections : Corrections
        Moved intervals, redrawn regions and limbi, exclusions.
    scale : ScaleRequest
        Where millimetres come from: the mean iris, this person's, a number, a device.
    fps : float or None
        Frames per second as the camera took them, where the file does not tell.
    annotations : Annotated or None
        Corrections made in napari that are to be taken in.
    labels : dict
        What is known of the recording: subject, eye, visit, date, device, operator, notes. None
        takes away what earlier results tell; what is not named here stays as these have it.
    """

    corrections: Corrections = Corrections()
    scale: ScaleRequest = ScaleRequest()
    fps: float | None = Field(default=None, gt=0, le=10000)
    annotations: Annotated | None = None
    labels: dict[str, str | None] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _older(cls, data: Any) -> Any:
        """Take in the two fields in which sessions once kept the scale."""
        if not isinstance(data, dict) or not {"calibration", "hvid_mm"} & set(data):
            return data
        given, width = data.get("calibration"), data.get("hvid_mm")
        rest = {k: v for k, v in data.items() if k not in ("calibration", "hvid_mm")}
        scale = ScaleRequest(value=width)
        if given is not None:
            scale = ScaleRequest.given(Calibration.model_validate(given))
        return {"scale": scale, **rest}

    def count(self) -> int:
        """Return how many decisions there are."""
        c = self.corrections
        lists = (c.intervals, c.regions, c.irises, c.pupils, c.excluded)
        return (
            sum(len(x) for x in lists)
            + (self.scale.content() != ScaleRequest().content())
            + bool(self.fps)
        )


class Video(Model):
    """One video of the session. `key` stays the same when the file moves."""

    key: Key = Field(default_factory=lambda: uuid4().hex[:12])
    path: FilePath
    size_bytes: int | None = None
    head_sha256: str | None = None
    decisions: Decisions = Decisions()


class Session(Model):
    """Everything that a person can change, and undo."""

    videos: tuple[Video, ...] = ()
    settings: Settings = Settings()
    results_folder: FilePath | None = None

    @model_validator(mode="after")
    def _each_its_own_key(self) -> Session:
        if len({video.key for video in self.videos}) < len(self.videos):
            raise ValueError("two videos have one key")
        return self

    def video(self, key: str) -> Video:
        """Return the video of this key; KeyError where there is none."""
        for video in self.videos:
            if video.key == key:
                return video
        raise KeyError(key)

    def with_video(self, video: Video) -> Session:
        """Return the session with the video of the same key replaced."""
        videos = tuple(video if v.key == video.key else v for v in self.videos)
        return self.model_copy(update={"videos": videos})

    def without(self, keys: set[str]) -> Session:
        """Return the session without these videos."""
        videos = tuple(v for v in self.videos if v.key not in keys)
        return self.model_copy(update={"videos": videos})


class Asked(Model):
    """An analysis that was asked for: it runs with this, whatever is changed meanwhile."""

    decisions: Decisions
    settings: Settings
    anew: bool = False


class Record(Model):
    """What became of a video: not a decision, hence never undone.

    Attributes
    ----------
    state : State
        How far it is.
    message : str
        What is being done, or why it failed, in words.
    share : float
        Progress from 0 to 1 while running.
    results : str or None
        The results folder's name below the session's results folder.
    applied, applied_settings : Decisions, Settings or None
        With what the results were made.
    digest : str or None
        SHA-256 of their summary.json when they were last seen: another one was written elsewhere.
    asked : Asked or None
        What waits or runs, or was not finished when the app ended.
    quality : float or None
        The best score of an interval that is not left out.
    left_out : bool
        Every interval is left out.
    """

    state: State = State.NEW
    message: str = ""
    share: float = 0.0
    results: PlainName | None = None
    applied: Decisions | None = None
    applied_settings: Settings | None = None
    digest: str | None = None
    asked: Asked | None = None
    quality: float | None = None
    left_out: bool = False

    @model_validator(mode="before")
    @classmethod
    def _older(cls, data: Any) -> Any:
        """Take in records that only told whether the quality was low."""
        if isinstance(data, dict) and "low_quality" in data:
            return {k: v for k, v in data.items() if k != "low_quality"}
        return data

    @property
    def busy(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (State.QUEUED, State.RUNNING)
