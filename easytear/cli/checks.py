"""What `easytear doctor` looks at."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Literal

from easytear import __version__

State = Literal["ok", "note", "missing"]

NEEDED = (
    "numpy",
    "scipy",
    "scikit-image",
    "opencv-python-headless",
    "filelock",
    "filterpy",
    "av",
    "pandas",
    "psutil",
    "pydantic",
    "matplotlib",
    "jinja2",
    "regex",
    "rich",
    "threadpoolctl",
    "typer",
    "tomli-w",
    "defusedxml",
    "platformdirs",
)
"""Distributions without which a video cannot be analysed."""

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "gui": ("PySide6", "pyqtgraph"),
    "napari": ("napari", "PySide6", "superqt", "qtpy"),
    "study": ("openpyxl", "pyarrow", "statsmodels"),
    "files": ("pydicom", "xlsxwriter"),
    "cluster": ("distributed",),
}
"""Modules of each optional part."""

PURPOSE: Mapping[str, str] = {
    "gui": "the desktop app",
    "napari": "review and annotation in napari",
    "study": "tables and statistics of many videos",
    "files": "workbooks out, DICOM films in",
    "cluster": "studies on a Dask cluster",
}

CODECS = ("h264", "hevc", "vp9", "av1", "mjpeg", "mpeg4", "wmv2", "wmv3")
"""Decoders that clinics' videos need."""

QT_LIBRARIES: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""System libraries that Qt's windows load on Linux, and the Debian packages that hold them."""

UNFIT_QT = ("6.11.0", "6.11.1", "6.12.0")
"""Releases of PySide6 that napari refuses, or that end the program after some minutes."""

_OWN_FFMPEG = "pip install --force-reinstall av   # the wheel brings its own FFmpeg"


@dataclass(frozen=True)
class Check:
    """One thing looked at. `remedy` is a command or a sentence, empty where all is well."""

    state: State
    name: str
    detail: str
    remedy: str = ""


def check_all() -> list[Check]:
    """Look at everything, in the order in which a person would ask."""
    system = f"{platform.system()} {platform.machine()}"
    return [
        Check("ok", "EasyTear", __version__),
        Check(
            "ok",
            "Python",
            f"{platform.python_version()} on {system}",
        ),
        Check("ok", "Processors", str(os.cpu_count() or 1)),
        *packages(NEEDED),
        *two_opencvs(),
        *codecs(),
        *extras(),
        *windows(os.environ, loads),
    ]


def installed(name: str) -> str | None:
    """Return the version of a distribution, None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def packages(names: Iterable[str]) -> Iterator[Check]:
    """Check that each of these distributions is installed."""
    for name in names:
        found = installed(name)
        if found is None:
            yield Check("missing", name, "not installed", f"pip install {name}")
        else:
            yield Check("ok", name, found)


def two_opencvs() -> Iterator[Check]:
    """Warn of OpenCV with windows beside the one without: they share one folder."""
    for other in ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"):
        if installed(other) and installed("opencv-python-headless"):
            yield Check(
                "note",
                other,
                "installed beside opencv-python-headless; removing one breaks the other",
                f"pip uninstall -y {other} && "
                "pip install --force-reinstall --no-deps opencv-python-headless",
            )


def codecs() -> Iterator[Check]:
    """Check which videos can be read and whether overlay videos can be written."""
    if find_spec("av") is None:
        return
    import av

    def known(name: str, mode: Literal["r", "w"]) -> bool:
        try:
            av.codec.Codec(name, mode)
        except av.codec.codec.UnknownCodecError:
            return False
        return True

    absent = [name for name in CODECS if not known(name, "r")]
    state: State = "missing" if "h264" in absent else "note" if absent else "ok"
    detail = ", ".join(name for name in CODECS if name not in absent)
    if absent:
        detail += f"; not {', '.join(absent)}"
    yield Check(state, "Videos read", detail, _OWN_FFMPEG if absent else "")
    if known("libx264", "w"):
        yield Check("ok", "Videos written", "h264")
    else:
        yield Check("note", "Videos written", "no H.264: no overlay videos", _OWN_FFMPEG)


def extras() -> Iterator[Check]:
    """Check which optional parts are installed."""
    for extra, modules in EXTRAS.items():
        absent = [name for name in modules if find_spec(name) is None]
        if absent:
            yield Check(
                "note",
                f"extra {extra}",
                f"not installed ({', '.join(absent)}): {PURPOSE[extra]}",
                f"pip install 'easytear[{extra}]'   # {PURPOSE[extra]}, if wanted",
            )
        else:
            yield Check("ok", f"extra {extra}", PURPOSE[extra])


def loads(library: str) -> bool:
    """Return whether a system library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def windows(environment: Mapping[str, str], can_load: Callable[[str], bool]) -> Iterator[Check]:
    """Check, where Qt is installed, that its windows can open.

    Parameters
    ----------
    environment : mapping
        Environment variables.
    can_load : callable
        Says whether a system library of this name can be loaded.
    """
    if find_spec("PySide6") is None:
        return
    yield from _qt_release(installed("PySide6-Essentials") or installed("PySide6"))
    if not sys.platform.startswith("linux"):
        return
    absent = [package for library, package in QT_LIBRARIES.items() if not can_load(library)]
    if absent:
        yield Check(
            "missing",
            "Qt's libraries",
            f"not on this system: {', '.join(absent)}",
            f"sudo apt install {' '.join(absent)}",
        )
    else:
        yield Check("ok", "Qt's libraries", "all there")
    display = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY")
    if display:
        yield Check("ok", "Display", display)
    else:
        yield Check(
            "note",
            "Display",
            "none: the desktop app and napari cannot open here; the command line can be used",
            "run windows in a desktop session, or with xvfb-run -a COMMAND",
        )


def _qt_release(release: str | None) -> Iterator[Check]:
    if release in UNFIT_QT:
        others = ",".join(f"!={unfit}" for unfit in UNFIT_QT)
        yield Check(
            "note",
            "PySide6",
            f"{release} is unfit: windows may end after some minutes",
            f"pip install 'PySide6-Essentials{others}'",
        )
