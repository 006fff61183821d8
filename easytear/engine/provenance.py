"""Which software made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from easytear import __version__

PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "opencv": "opencv-python-headless",
    "scikit-image": "scikit-image",
    "filterpy": "filterpy",
    "av": "av",
    "pandas": "pandas",
}


def software() -> dict[str, str]:
    """Return the versions of EasyTear, Python and the packages that the numbers rest on."""
    out = {"easytear": __version__, "python": platform.python_version()}
    for name, package in PACKAGES.items():
        try:
            out[name] = version(package)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out
