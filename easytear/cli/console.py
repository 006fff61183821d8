"""Where words for a person go: as they are, no letter of a file name taken for a mark."""

from __future__ import annotations

from rich.console import Console

_NOBODY_CAN_WIDEN = 400
"""Columns of a file or pipe: tables stand whole."""


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes text as it is, and is wide where it is no terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = _NOBODY_CAN_WIDEN
    return made


def say(text: str) -> None:
    """Say one line on standard error, whole."""
    console(stderr=True).print(text, soft_wrap=True)
