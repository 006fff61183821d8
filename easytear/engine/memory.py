"""Memory that is free within this process, given back to the computer."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Return freed memory to the system where its C library keeps it (glibc); else do nothing.

    Pictures are freed in another order than they were made, and leave holes that glibc keeps:
    100 MB and more for each process.
    """
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
