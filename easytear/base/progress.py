"""The one way in which long work reports how far it is, and learns that it should stop."""

from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - it is not an error
    """Raised inside long work after somebody asked it to stop."""


class Progress(Protocol):
    """What long work talks to."""

    def update(self, done: float, total: float, message: str = "") -> None:
        """Say that `done` of `total` units are finished.

        Parameters
        ----------
        done, total : float
            Work finished and work in all, in any common unit.
        message : str
            What is being done now, for a person.

        Raises
        ------
        Cancelled
            If the work should stop.
        """


class Silent:
    """Progress that nobody looks at."""

    def update(self, done: float, total: float, message: str = "") -> None:
        """Do nothing."""


class Part:
    """A stretch of a longer piece of work, itself counted from 0 to its own total."""

    def __init__(self, whole: Progress, start: float, stop: float) -> None:
        """Map own progress to the share `start` to `stop` (0 to 1) of `whole`."""
        self._whole = whole
        self._start = start
        self._stop = stop

    def update(self, done: float, total: float, message: str = "") -> None:
        """Report to the whole; see `Progress.update`."""
        share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
        self._whole.update(self._start + share * (self._stop - self._start), 1.0, message)


SILENT = Silent()
