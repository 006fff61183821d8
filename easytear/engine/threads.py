"""One thread for each process: quicker here than many, and the same numbers on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV and BLAS work on one thread while the block runs.

    Pictures and matrices are so small here that threads mostly wait for each other, and busily:
    they took half of the processor's time on two cores. Some results also depend on their number
    (OpenCV's dense inverse search cuts the picture into as many stripes). Processors are put to
    use by intervals, or videos, side by side.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        cv2.setNumThreads(before)
