"""The typer application: commands are added by name, and errors become one sentence."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import tempfile
from importlib import import_module
from typing import Annotated

import typer

from easytear import __version__
from easytear.base.errors import EasyTearError, SettingsError, UsageError
from easytear.base.limits import limit as bound
from easytear.base.limits import set_limits
from easytear.cli.console import say, tell
from easytear.cli.streams import prepare_streams

EXIT_OK, EXIT_NOTHING, EXIT_USAGE, EXIT_SOME = 0, 1, 2, 3

COMMANDS: tuple[str, ...] = (
    "analyze",
    "apply",
    "reproduce",
    "report",
    "info",
    "batch",
    "check_privacy",
    "share",
    "withdraw",
    "annotate",
    "agree",
    "assign",
    "consensus",
    "compare",
    "calibrate",
    "export",
    "schema",
    "convert",
    "gui",
    "simulate",
    "settings",
    "quantities",
    "flags",
    "doctor",
)
"""Modules of this package that register commands, in the order of the help page."""

log = logging.getLogger(__name__)

app = typer.Typer(
    name="easytear",
    help="How the tear film's lipid layer spreads after a blink: from a video to numbers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        tell(f"easytear {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A limit of 'easytear settings', given anew."),
    ] = None,
) -> None:
    """Hold the options that every command shares."""
    set_limits(tuple(limit or ()))
    # OpenCV reads it when it is loaded: pictures of a grey target are held to the same size.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(int(bound("picture_megapixels") * 1e6))


for _name in COMMANDS:
    import_module(f"easytear.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; what a person can mend is told in one sentence, without traceback."""
    prepare_streams()
    # Figures are ours: neither another program's backend nor a user's style (TeX) touches them.
    os.environ.update(MPLBACKEND="agg", MATPLOTLIBRC=os.devnull)
    # A scheduler's or a user's kill ends the work as Ctrl-C does: nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        _refuse_without_temporary(sys.argv[1:])
        app()
    except EasyTearError as error:
        say(f"easytear: {error}")
        sys.exit(EXIT_USAGE if isinstance(error, SettingsError | UsageError) else EXIT_NOTHING)
    except Exception as error:
        told = of_the_computer(error)
        if told is None:
            raise
        log.info("the computer's own words", exc_info=True)
        say(f"easytear: {told}")
        sys.exit(EXIT_NOTHING)
    finally:
        # The system frees what is left; to look for cycles in it first takes a third of a second.
        gc.freeze()


def _refuse_without_temporary(words: list[str]) -> None:
    """Say before the work, not after it, that pictures and tables have no place to be made in."""
    if not words or words[0] in _NEED_NO_PLACE or "--help" in words:
        return
    try:
        tempfile.gettempdir()
    except OSError as error:
        raise EasyTearError(
            "no temporary folder can be written; set TMPDIR to a folder that can."
        ) from error


_NEED_NO_PLACE = ("info", "settings", "quantities", "doctor", "--version")


def of_the_computer(error: Exception) -> str | None:
    """Return what a person can do about a failure of disk, memory or system; None for our own."""
    text = str(error)
    if isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY):
        return (
            "there is not enough memory; close other programs, raise the limit, or analyse a "
            "shorter stretch (--start, --end) with --workers 1."
        )
    if isinstance(error, BlockingIOError | RuntimeError) and any(w in text for w in _NO_PROCESS):
        return "no further process or thread may be started; raise the limit on processes."
    if not isinstance(error, OSError):
        return None
    name = f"{error.filename}: " if error.filename else ""
    what = error.strerror or text or type(error).__name__
    return f"{name}cannot be used ({what}); make room or access there, or choose another place."


_NO_MEMORY = (
    "Cannot allocate memory",
    "Insufficient memory",
    "Unable to allocate",
    "out of memory",
)
_NO_PROCESS = ("start new thread", "Resource temporarily unavailable")
