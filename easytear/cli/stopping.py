"""How a study hears Ctrl-C and what ends it from outside."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

from easytear.study.local import Stop

if TYPE_CHECKING:
    from easytear.cli.study_progress import StudyProgress

EXIT_INTERRUPTED: Final = 128 + signal.SIGINT
EXIT_TOLD_TO_END: Final = 128 + signal.SIGTERM
GRACE_S: Final = 20.0
"""So long running videos may end after SIGTERM: SLURM kills 30 s after it (its KillWait), and the
tables are still to be written."""


class Ending:
    """The wish to end a study, as signals bring it.

    Before videos run, and when the tables are being written, nothing is lost by ending at once
    (files are written aside): there Ctrl-C ends the command, the second time while tables are
    written. In between it waits for the running videos, and says for which.
    """

    def __init__(self, shown: StudyProgress) -> None:
        self.stop = Stop()
        self.code = EXIT_INTERRUPTED
        self._shown = shown

    def ctrl_c(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop softly; the second time at once."""
        if self._shown.stage == "looking" or (self.stop.soon and self._shown.stage == "writing"):
            sys.exit(EXIT_INTERRUPTED)
        self.stop.ask()
        if self._shown.stage == "writing":
            self._shown.note("writing the tables; Ctrl-C again to leave them unwritten")
        elif self.stop.now:
            self._shown.note("stopping at once")
        else:
            self._shown.note(
                f"stopping at the end of {self._shown.running()}; Ctrl-C again to stop at once"
            )

    def told_to_end(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop as a scheduler expects: soon, with the tables of what is done."""
        self.code = EXIT_TOLD_TO_END
        if self._shown.stage == "looking":
            sys.exit(self.code)
        self.stop.ask()
        self.stop.within(GRACE_S)
        if not self.stop.now:
            self._shown.note(
                f"told to end: {self._shown.running()} may end within {GRACE_S:g} s, then the "
                "tables are written"
            )


@contextmanager
def listening(shown: StudyProgress) -> Iterator[Ending]:
    """Hear Ctrl-C, SIGTERM and (a terminal that is closed) SIGHUP while the block runs."""
    ending = Ending(shown)
    heard = {signal.SIGINT: ending.ctrl_c, signal.SIGTERM: ending.told_to_end}
    if hasattr(signal, "SIGHUP"):
        heard[signal.SIGHUP] = ending.told_to_end
    before = {number: signal.signal(number, call) for number, call in heard.items()}
    try:
        yield ending
    finally:
        for number, call in before.items():
            signal.signal(number, call)
