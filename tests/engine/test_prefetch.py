import threading
from collections.abc import Iterator

import pytest

from easytear.engine.prefetch import prefetch


def test_items_come_whole_and_in_order() -> None:
    assert list(prefetch(iter(range(100)), depth=3)) == list(range(100))


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the disk went away")

    stream = prefetch(items())
    assert next(stream) == 1
    with pytest.raises(OSError, match="went away"):
        next(stream)


def test_never_more_ahead_than_the_depth() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for k in range(50):
            made.append(k)
            yield k

    for item in prefetch(items(), depth=2):
        assert len(made) <= item + 5


def test_stopping_early_ends_the_thread() -> None:
    before = threading.active_count()
    stream = prefetch(iter(range(10**9)), depth=2)
    next(stream)
    stream.close()
    assert threading.active_count() == before
