"""Numbers for people: as many digits as the uncertainty allows, and the 95 % interval beside."""

from __future__ import annotations

import math

from easytear.measure.quantities.base import Quantity
from easytear.results import Fit
from easytear.results.records import Pair

UNKNOWN = "–"
_TWO_DIGITS_BELOW = 3.55
_NO_LIMIT = 100


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, in plain notation."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    return _fixed(value, digits - 1 - math.floor(math.log10(abs(value))))


def with_interval(value: float | None, ci95: Pair, unit: str = "") -> str:
    """Return "1.23 s (1.10 to 1.39)".

    As many digits as tell something: two of the interval's half width where it begins with 1,
    2 or 3, else one (the rule of the Particle Data Group). A value that is told from zero has two
    digits at least; one that is not has one place more only where its nearer end asks for it.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    unit = f" {unit}" if unit else ""
    low, high = ci95
    if low is None or high is None or not high > low:
        return f"{number(value)}{unit}"
    places = _places((high - low) / 2)
    nearer = min(value - low, high - value)
    if low > 0 or high < 0:
        places = places if value == 0 else max(places, 1 - math.floor(math.log10(abs(value))))
    elif nearer > 0:
        places = max(places, min(_places(nearer), places + 1))
    low_text, high_text = _end(low, value, places), _end(high, value, places)
    return f"{_fixed(value, places)}{unit} ({low_text} to {high_text})"


def _places(half: float) -> int:
    """Return the decimal places that an uncertainty allows."""
    exponent = math.floor(math.log10(half))
    return (1 if half / 10**exponent < _TWO_DIGITS_BELOW else 0) - exponent


def _end(end: float, value: float, places: int) -> str:
    """Return an end of an interval; one that says nothing is not spelt out."""
    if abs(end) > _NO_LIMIT and abs(end) > 100 * abs(value):
        return f"over {_NO_LIMIT}" if end > 0 else f"under −{_NO_LIMIT}"
    return _fixed(end, places)


def _fixed(value: float, places: int) -> str:
    places = min(places, 6)
    text = f"{round(value, places):.{max(places, 0)}f}"
    return text.replace("-", "−") if float(text) != 0 else text.replace("-", "")


def quantity_text(quantity: Quantity, entry: object, *, unit: bool = True) -> str:
    """Return a quantity's value in an entry of summary.json, as people read it.

    With its 95 % interval where it has one; `unit` writes the unit behind it.
    """
    value = quantity.value(entry)
    if value is None or value == ():
        return UNKNOWN
    if quantity.kind == "yes/no":
        return "yes" if value else "no"
    if quantity.kind != "number":
        return ", ".join(value) if isinstance(value, tuple | list) else str(value)
    shown = quantity.unit if unit else ""
    if quantity.ci95:
        return with_interval(value, quantity.interval95(entry), shown)
    space = "" if shown in ("", "°") else " "
    return f"{number(value, quantity.digits)}{space}{shown}"


def lambda_text(fit: Fit | None) -> str:
    """Return the time constant with its interval."""
    return UNKNOWN if fit is None else with_interval(fit.lambda_s, fit.lambda_s_ci95, "s")


def rho_text(fit: Fit | None) -> str:
    """Return the amplitude with its interval."""
    return UNKNOWN if fit is None else with_interval(fit.rho_mm, fit.rho_mm_ci95, "mm")


def speed_text(fit: Fit | None) -> str:
    """Return the initial velocity with its interval."""
    if fit is None:
        return UNKNOWN
    return with_interval(fit.initial_velocity_mm_s, fit.initial_velocity_mm_s_ci95, "mm/s")
