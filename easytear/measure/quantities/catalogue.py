"""All quantities that EasyTear knows: its own, and those of other packages."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import Final

import easytear.measure.quantities as here
from easytear.measure.quantities.base import Measured, Quantity

log = logging.getLogger(__name__)

ENTRY_POINTS: Final = "easytear.quantities"
"""Group of the entry points through which other packages add quantities."""

FAILED: Final = "extension_failed"
"""Flag of an interval for which a quantity could not be computed."""

_FAMILIES: Final = ("spread", "velocity", "area", "thickness", "quality")
"""Families whose place in tables is fixed; further modules of this folder follow by name."""
_NOT_FAMILIES: Final = frozenset({"base", "catalogue"})


@cache
def catalogue() -> tuple[Quantity, ...]:
    """Return every quantity, EasyTear's own first; of equal keys the first counts."""
    by_key: dict[str, Quantity] = {}
    for quantity in (*_own(), *_of_others()):
        if quantity.key in by_key:
            log.warning("a second quantity named %s is left out", quantity.key)
        else:
            by_key[quantity.key] = quantity
    return tuple(by_key.values())


def quantity(key: str) -> Quantity:
    """Return the quantity with this key; raises KeyError if there is none."""
    return {one.key: one for one in catalogue()}[key]


def of_interval() -> tuple[Quantity, ...]:
    """Return the quantities that each interval has."""
    return tuple(one for one in catalogue() if one.per == "interval")


def of_video() -> tuple[Quantity, ...]:
    """Return the quantities that a video has as a whole."""
    return tuple(one for one in catalogue() if one.per == "video")


def overview() -> tuple[Quantity, ...]:
    """Return the quantities of the short tables: the usual ones, and those that others added."""
    return tuple(one for one in of_interval() if one.overview or one.compute is not None)


def studied() -> tuple[Quantity, ...]:
    """Return the quantities that a study's statistics look at."""
    return tuple(one for one in of_interval() if one.studied)


def grouped(quantities: Iterable[Quantity]) -> dict[str, list[Quantity]]:
    """Return quantities under their headings, in order."""
    groups: dict[str, list[Quantity]] = {}
    for one in quantities:
        groups.setdefault(one.group, []).append(one)
    return groups


def computed(seen: Measured) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """Compute the quantities that have a `compute` for one interval.

    Returns
    -------
    values : dict of str to float or None
        By key; None where a quantity is unknown or failed.
    flags : tuple of str
        `FAILED` where one failed; the log says which and why. A quantity that fails costs its own
        value, nothing else.
    """
    values: dict[str, float | None] = {}
    failed = False
    for one in of_interval():
        if one.compute is None:
            continue
        try:
            value = one.compute(seen)
            number = None if value is None else float(value)
        except Exception:
            log.warning("the quantity %s could not be computed", one.key, exc_info=True)
            number, failed = None, True
        values[one.key] = number if number is not None and math.isfinite(number) else None
    return values, (FAILED,) if failed else ()


def _own() -> Iterator[Quantity]:
    there = {module.name for module in iter_modules(here.__path__)} - _NOT_FAMILIES
    for name in (*_FAMILIES, *sorted(there - set(_FAMILIES))):
        yield from import_module(f"{here.__name__}.{name}").QUANTITIES


def _of_others() -> Iterator[Quantity]:
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda one: one.name):
        yield from _loaded(point)


def _loaded(point: EntryPoint) -> tuple[Quantity, ...]:
    """Return what an entry point offers: one quantity or several; none if it cannot be loaded."""
    try:
        found = point.load()
        offered = (found,) if isinstance(found, Quantity) else tuple(found)
        wrong = [one for one in offered if not isinstance(one, Quantity) or one.compute is None]
        if wrong:
            raise TypeError(f"{wrong[0]!r} is not a Quantity with a compute function")
    except Exception as error:  # noqa: BLE001 - another package's code may fail in any way
        log.warning("the quantities of %s cannot be used: %s", point.value, error)
        return ()
    return offered
