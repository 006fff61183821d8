from pathlib import Path

import pytest

from easytear.engine import run
from easytear.request.request import Request
from easytear.results import Analysis

NORMAL = Path(__file__).resolve().parents[2] / "sample_videos" / "normal.mp4"
ASKED = Request(start_s=0.3, end_s=3.2)
"""The first blink and 2.5 s of the interval after it."""


@pytest.fixture(scope="session")
def normal() -> Analysis:
    """Return a stretch of the normal sample, analysed."""
    return run(ASKED, NORMAL)
