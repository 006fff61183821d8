"""The profile of an instrument, and where profiles are found."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from easytear.base.errors import EasyTearError
from easytear.base.regular import read_text
from easytear.base.text import said
from easytear.request.scale import Calibration

DEVICES_VARIABLE: Final = "EASYTEAR_DEVICES"
"""Environment variable that names a folder of further profiles."""

FACTS: Final = {
    "field_width_mm": "field of view, width, mm",
    "field_height_mm": "field of view, height, mm",
    "field_diameter_mm": "field of view, diameter, mm",
    "mm_per_px": "scale, mm/px",
    "mm_per_px_sd": "sd of the scale, mm/px",
    "picture_width_px": "width of the pictures, px",
    "picture_height_px": "height of the pictures, px",
    "light": "light",
    "wavelength_nm": "wavelength, nm",
    "colour_temperature_k": "colour temperature, K",
    "colour": "pictures in colour",
    "gamma": "gamma of the camera",
    "white_balance": "white balance, red, green, blue",
    "fps": "frames per second",
    "file": "usual file",
}
"""What a profile may state, and how it is called for people. Each fact needs a source."""

RATE_WITHIN: Final = 0.1
"""Relative difference from the usual frame rate that is worth no remark."""


class Source(BaseModel):
    """Where facts were read.

    Attributes
    ----------
    title : str
        Publication, page, or how it was measured.
    url : str or None
        Its address.
    tells : tuple of str
        The facts that it states, by their names in the profile.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=4)
    url: str | None = None
    tells: tuple[str, ...] = ()


class Device(BaseModel):
    """An instrument; what is not known of it is None.

    Attributes
    ----------
    key : str
        Short name: that of the file.
    name, maker, kind : str
        Its name, who makes it, and what sort of instrument it is.
    field_width_mm, field_height_mm, field_diameter_mm : float or None
        The part of the cornea that shows interference, or that the picture shows.
    mm_per_px, mm_per_px_sd : float or None
        Scale on the cornea for pictures of `picture_width_px`, and its standard deviation.
    picture_width_px, picture_height_px : int or None
        Size of its pictures.
    light : str or None
        The lamp, in words.
    wavelength_nm, colour_temperature_k : float or None
        Of the lamp: the one where it has one colour, the other where it is white.
    colour : bool or None
        Whether its pictures are in colour.
    gamma : float or None
        Exponent that turns the camera's grey levels into light.
    white_balance : (float, float, float) or None
        Red, green, blue light of a grey target, relative to each other.
    fps : float or None
        Usual frame rate.
    file : str or None
        Usual container and codec.
    note : str
        What else a user should know.
    sources : tuple of Source
        One for every fact at least.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = ""
    name: str = Field(min_length=2)
    maker: str = ""
    kind: str = ""
    field_width_mm: float | None = Field(default=None, gt=0)
    field_height_mm: float | None = Field(default=None, gt=0)
    field_diameter_mm: float | None = Field(default=None, gt=0)
    mm_per_px: float | None = Field(default=None, gt=0.0005, lt=0.5)
    mm_per_px_sd: float | None = Field(default=None, ge=0)
    picture_width_px: int | None = Field(default=None, gt=0)
    picture_height_px: int | None = Field(default=None, gt=0)
    light: str | None = None
    wavelength_nm: float | None = Field(default=None, gt=200, lt=2000)
    colour_temperature_k: float | None = Field(default=None, gt=1000)
    colour: bool | None = None
    gamma: float | None = Field(default=None, ge=1.0, le=3.0)
    white_balance: tuple[float, float, float] | None = None
    fps: float | None = Field(default=None, gt=0)
    file: str | None = None
    note: str = ""
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _every_fact_has_a_source(self) -> Device:
        told = {name for source in self.sources for name in source.tells}
        unknown = sorted(told - set(FACTS))
        if unknown:
            raise ValueError(f"a source tells what no profile has: {', '.join(unknown)}")
        loose = sorted(name for name in self.facts if name not in told)
        if loose:
            raise ValueError(f"no source tells {', '.join(loose)}")
        if self.mm_per_px is not None and self.picture_width_px is None:
            raise ValueError("mm_per_px needs the picture_width_px that it holds for")
        return self

    @property
    def facts(self) -> dict[str, object]:
        """What is known, by name."""
        return {name: v for name in FACTS if (v := getattr(self, name)) is not None}

    def scale(self, width_px: int) -> Calibration | None:
        """Return the scale of a video of this width, None where the profile has none.

        A video of another width shows the same field in more or fewer pixels.
        """
        if self.mm_per_px is None or self.picture_width_px is None:
            return None
        factor = self.picture_width_px / width_px
        sd = None if self.mm_per_px_sd is None else self.mm_per_px_sd * factor
        return Calibration(mm_per_px=self.mm_per_px * factor, mm_per_px_sd=sd, source="device")

    def remarks(self, width_px: int, height_px: int, fps: float) -> list[str]:
        """Return a sentence for each way in which a video is not as this instrument's are."""
        out = []
        if self.fps is not None and abs(fps / self.fps - 1.0) > RATE_WITHIN:
            out.append(
                f"The video has {fps:.3g} frames a second; those of {self.name} usually have "
                f"{self.fps:.3g}."
            )
        if self.picture_width_px is not None and self.picture_height_px is not None:
            shape = self.picture_width_px / self.picture_height_px
            if abs(width_px / height_px / shape - 1.0) > 0.02:
                out.append(
                    f"The video is {width_px}x{height_px} px, another shape than the "
                    f"{self.picture_width_px}x{self.picture_height_px} px of {self.name}: it was "
                    "cut, and its width may tell no scale."
                )
        if self.mm_per_px is None:
            out.append(
                f"No scale of {self.name} is published: millimetres come from the iris. Draw a "
                "ruler on a picture of one to know it."
            )
        return out


def load(path: Path) -> Device:
    """Read one profile.

    Raises
    ------
    EasyTearError
        If the file cannot be read or states what has no source.
    """
    try:
        content = tomllib.loads(read_text(path, "annotation_mb", "utf-8-sig"))
        return Device.model_validate({"key": path.stem, **content})
    except OSError as error:
        raise EasyTearError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EasyTearError(f"{path}: is no TOML file ({error}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        words = said(first["msg"])
        raise EasyTearError(
            f"{path}: is no profile of an instrument: {where + ': ' if where else ''}{words}."
        ) from error


def user_folder() -> Path:
    """Return the folder of the user's own profiles; it need not be there."""
    return Path(platformdirs.user_config_dir("EasyTear", False)) / "devices"


def _folders() -> Iterable[Path]:
    yield Path(__file__).parent
    yield user_folder()
    own = os.environ.get(DEVICES_VARIABLE)
    if own:
        yield Path(own).expanduser()


def devices() -> dict[str, Device]:
    """Return all profiles by key, EasyTear's own and those of the user's folder, by name.

    Profiles of the user's configuration folder, and then those of the folder that the environment
    names, replace earlier ones with the same key.

    Raises
    ------
    EasyTearError
        If one of them cannot be read.
    """
    found = {}
    for folder in _folders():
        for path in sorted(folder.glob("*.toml")):
            found[path.stem] = load(path)
    return dict(sorted(found.items(), key=lambda item: item[1].name.lower()))


def device(named: str) -> Device:
    """Return the profile with a key, a full name, or in a file.

    Raises
    ------
    EasyTearError
        If there is none, naming those that there are.
    """
    if named.lower().endswith(".toml"):
        return load(Path(named))
    known = devices()
    wanted = named.strip().lower()
    for one in known.values():
        if wanted in (one.key.lower(), one.name.lower()):
            return one
    raise EasyTearError(
        f"No instrument is called {named}; there are {', '.join(sorted(known))}, "
        "or give a profile's file (.toml)."
    )
