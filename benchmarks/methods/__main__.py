"""Run one method on one video as a command: `python -m benchmarks.methods NAME VIDEO MM_PER_PX`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.methods import FOLLOW, measure


def main() -> None:
    """Print the law of each interval."""
    if len(sys.argv) != 4 or sys.argv[1] not in FOLLOW:
        sys.exit(f"usage: python -m benchmarks.methods {{{','.join(FOLLOW)}}} VIDEO MM_PER_PX")
    name, video, mm_per_px = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    for interval in measure(name, video, mm_per_px).summary.intervals:
        fit = interval.spread.y
        law = "no fit" if fit is None else f"rho {fit.rho_mm:.3f} mm, lambda {fit.lambda_s:.3f} s"
        print(f"{interval.start_s:.3f} to {interval.end_s:.3f} s: {law}")


if __name__ == "__main__":
    main()
