"""The one way in which figures get their style: ours, whatever lies about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def own_style(style: Any) -> Iterator[None]:
    """Draw in a style of ours (Matplotlib's settings by name) while the block runs.

    Matplotlib reads a file ``matplotlibrc`` in the current folder before any other: one that lies
    beside somebody's videos would change figures, or have TeX run for every word in them.
    """
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style)
        yield
