import threading

import pytest

from easytear.study.trips import at_once


@pytest.mark.parametrize("number", [0, 3, 64, 1001])
def test_answers_come_in_the_order_of_what_was_asked(number: int) -> None:
    assert at_once(lambda n: n * n, range(number)) == [n * n for n in range(number)]


def test_many_are_asked_at_a_time() -> None:
    meeting = threading.Barrier(8)

    def meet(number: int) -> int:
        if number % 16 == 0:  # eight of these, none of which goes on before all have come
            meeting.wait(timeout=20)
        return number

    assert at_once(meet, range(128)) == list(range(128))


def test_the_first_fault_is_raised() -> None:
    def fail(number: int) -> int:
        raise OSError(number)

    with pytest.raises(OSError, match="0"):
        at_once(fail, range(100))
