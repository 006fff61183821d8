"""What a file of another program held, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass

from easytear.annotate.model import Annotations


@dataclass(frozen=True)
class Imported:
    """Annotations from a file, and what a person must know of them.

    `told` are sentences: what was left out, joined, scaled or taken otherwise than it stood there.
    """

    document: Annotations
    told: tuple[str, ...] = ()


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, "1 mask" or "3 masks"."""
    return f"{number} {one if number == 1 else many or one + 's'}"
