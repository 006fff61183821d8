"""What would take for ever ends with one sentence."""

import re
import signal

import pytest

from easytear.base.errors import UsageError
from easytear.base.limits import within_seconds


def test_a_pattern_that_takes_for_ever_is_ended() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(UsageError, match="takes too long"), within_seconds(0.2, "takes too long"):
        re.search(r"(?P<subject>(a+)+)$", "a" * 60 + "b")
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_is_quick_is_left_alone() -> None:
    with within_seconds(5.0, "takes too long"):
        found = re.search(r"(?P<subject>S\d+)", "S12_OD")
    assert found is not None
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
