"""Where words for a person go: as they are, no letter of a file name taken for a mark."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from easytear.base.text import printable

_NOBODY_CAN_WIDEN = 400
"""Columns of a file or pipe: tables stand whole."""


class _Safe(Console):
    """A console on which names from elsewhere command no terminal."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Return text in which every character but the line's end can be seen."""
        return super().render_str(lines(text), **how)


def lines(text: str) -> str:
    """Return text as `printable` does, line by line."""
    return "\n".join(printable(line) for line in text.split("\n"))


def tell(text: str, *, err: bool = False) -> None:
    """Print text for a person, or a path for a script."""
    typer.echo(lines(text), err=err)


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes text as it is, and is wide where it is no terminal."""
    made = _Safe(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = _NOBODY_CAN_WIDEN
    return made


def say(text: str) -> None:
    """Say one line on standard error, whole."""
    console(stderr=True).print(text, soft_wrap=True)
