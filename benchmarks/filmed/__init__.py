"""The changes themselves: place, light, signal and time of a film, each by itself.

Amounts are those that happen between instruments and recordings: another lens, an aperture, a
lamp, a camera's automatic exposure, a codec, a hand. Importing this package registers them.
"""

from benchmarks.changes import CHANGES, make
from benchmarks.filmed import light as _light
from benchmarks.filmed import place as _place
from benchmarks.filmed import signal as _signal
from benchmarks.filmed import time as _time

__all__ = ["CHANGES", "PARTS", "make"]

PARTS = (_place, _light, _signal, _time)
