"""The one way in which EasyTear starts another process of its own.

Python puts the current folder first on the import path of ``python -m``. The current folder is
often a folder of videos, from whomever: a file ``cv2.py`` in it would be run. A child of ours
therefore looks for modules only where Python is installed, in what the user put on ``PYTHONPATH``,
and, last of all, where this EasyTear lies; never in the current folder for being current.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_START: Final = """\
import runpy, sys
count = int(sys.argv[1])
sys.path.extend(sys.argv[2:2 + count])
sys.argv[:] = sys.argv[2 + count:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
OURS: Final = ("easytear", "easytear_gui", "easytear_napari")

FROZEN_CHILD: Final = "--run-part"
"""What tells the desktop build, which has no interpreter to call, to run a module of ours."""

_FROZEN_COMMAND: Final = "easytear-command"
"""The desktop build's program with streams; its window has none on Windows."""


def child_program() -> str:
    """Return the program that runs a module of ours: the interpreter, or the desktop build."""
    program = Path(sys.executable)
    if not getattr(sys, "frozen", False):
        return str(program)
    return str(program.with_name(_FROZEN_COMMAND + program.suffix))


def child_arguments(module: str, *arguments: str) -> list[str]:
    """Return what follows the program's name to run a module of ours with arguments."""
    if getattr(sys, "frozen", False):
        return [FROZEN_CHILD, module, *arguments]
    homes = _homes()
    return ["-P", "-c", _START, str(len(homes)), *homes, module, *arguments]


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the whole command that runs a module of ours with arguments."""
    return [child_program(), *child_arguments(module, *arguments)]


def child_environment(**more: str) -> dict[str, str]:
    """Return this process's environment for a child, with `more` set in it.

    An empty entry of ``PYTHONPATH`` means the current folder, and goes; the others stay, as this
    process ran with them, and count from the folder in which it was started.
    """
    env = dict(os.environ)
    _set_path(env)
    env["PYTHONSAFEPATH"] = "1"
    return {**env, **more}


def _set_path(env: dict[str, str]) -> None:
    given = _given(env)
    if given:
        env["PYTHONPATH"] = os.pathsep.join(given)
    else:
        env.pop("PYTHONPATH", None)


def _given(env: Mapping[str, str]) -> list[str]:
    """Return the user's import path, if this process ran with it."""
    if sys.flags.ignore_environment:
        return []
    return [str(Path(one).absolute()) for one in env.get("PYTHONPATH", "").split(os.pathsep) if one]


def _homes() -> list[str]:
    """Return the folders from which this process imported EasyTear's packages."""
    found = []
    for name in OURS:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file is not None:
            found.append(str(Path(file).absolute().parents[1]))
    return list(dict.fromkeys(found))
