"""Under which licences the packages stand that EasyTear is installed with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

REMARKS: Final = {
    "av": "its wheels carry FFmpeg with x264 and x265 (GPL-2.0-or-later)",
    "opencv-python-headless": "its wheels carry FFmpeg (LGPL-2.1-or-later)",
    "pyside6-essentials": "carries Qt (LGPL-3.0-only, or commercial)",
    "pyqt6": "GPL-3.0-only, or commercial",
}
"""What a wheel carries beside its own code."""

GPL: Final = (
    "PyAV's wheels carry the encoders x264 and x265, which are under the GPL. To install and use "
    "EasyTear is free of conditions. Whoever hands on a bundle with them (the one-folder build, a "
    "container, a computer set up for others) hands on GPL code, and owes its receivers the GPL's "
    "terms for the whole: licence text and the source of what is in it. A PyAV built against an "
    "FFmpeg without them (LGPL) reads every video; overlays and simulated videos then need another "
    "encoder."
)


@dataclass(frozen=True)
class Licence:
    """A package, its version, its licence, and what else its wheel carries."""

    package: str
    version: str
    licence: str
    remark: str


def licences(root: str = "easytear") -> list[Licence]:
    """Return the licences of a package and of all it is installed with, its extras too."""
    found: dict[str, Licence] = {}
    for one in _needed(root):
        name = _plain(one.metadata["Name"])
        remark = REMARKS.get(name, "")
        found[name] = Licence(one.metadata["Name"], one.version, licence_of(one), remark)
    return [found[name] for name in sorted(found)]


def _needed(root: str) -> Iterator[Distribution]:
    """Yield a package and what it requires, as far as it is installed, each once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(_plain(root), "*")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        yield one
        extras = one.metadata.get_all("Provides-Extra") or [] if extra == "*" else [extra]
        for text in one.requires or ():
            try:
                need = Requirement(text)
            except InvalidRequirement:
                continue
            marker = need.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
                waiting += [(_plain(need.name), e) for e in ("", *need.extras)]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(one: Distribution) -> str:
    """Return a package's licence as it states it: expression, classifier, or the first line."""
    stated = _field(one, "License-Expression")
    if stated:
        return stated
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in one.metadata.get_all("Classifier") or []
        if text.startswith("License ::") and text.count("::") > 1
    ]
    told = _field(one, "License").strip().splitlines()
    short = told[0] if told and len(told[0]) < 60 else ""
    return ", ".join(classifiers) or short or "not stated; see its files"


def _field(one: Distribution, name: str) -> str:
    return str(one.metadata[name]) if name in one.metadata else ""
