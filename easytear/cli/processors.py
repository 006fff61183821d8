"""How many processes a command may start."""

from __future__ import annotations

from easytear.base.limits import how_to_widen, limit
from easytear.cli.console import say
from easytear.workers.pool import processors


def allowed_workers(wanted: int | None, usual: int) -> int:
    """Return the number of workers, and say so where it is less than was asked for."""
    cores = processors()
    most = max(1, int(limit("workers_per_processor") * cores))
    if wanted is not None and wanted > most:
        say(
            f"--workers {wanted}: this computer has {cores} processors; {most} are used "
            f"({how_to_widen('workers_per_processor')})."
        )
    return min(wanted or usual, most)
