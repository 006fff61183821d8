"""One analysis in a process of its own: the same program as the command line."""

from __future__ import annotations

import json
import logging
import sys
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from easytear.workers.child import child_arguments, child_environment, child_program

_log = logging.getLogger(__name__)
_KILL_MS = 1500


class Worker(QObject):
    """Runs a module of ours (`workers.child`) and reads its progress from standard error.

    Signals
    -------
    progress(share, message) : how far it is
    finished(ok, message) : the end, with what went wrong
    """

    progress = Signal(float, str)
    finished = Signal(bool, str)

    def __init__(self, module: str, arguments: Sequence[str], parent: QObject) -> None:
        super().__init__(parent)
        self._module, self._given = module, tuple(arguments)
        self._process = QProcess(self)
        self._process.setProgram(child_program())
        self._process.setArguments(child_arguments(module, *arguments))
        self._process.setProcessEnvironment(_environment())
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.readyReadStandardError.connect(self._read)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._error)
        self._rest = b""
        self._said: deque[str] = deque(maxlen=40)
        self._cancelled = self._over = False
        self.code = 0

    def start(self) -> None:
        """Start it."""
        _log.info("running %s", " ".join((self._module, *self._given)))
        self._process.start()

    def cancel(self) -> None:
        """End it at once; `finished` follows."""
        self._cancelled = True
        self._process.kill()

    def ask_to_end(self) -> None:
        """Ask it to end in its own way; where the system knows no such wish, end it at once."""
        if sys.platform == "win32":
            self.cancel()
        else:
            self._process.terminate()

    def abandon(self) -> None:
        """End it and wait until it is gone; nobody is told."""
        self._over = True
        self._process.kill()
        self._process.waitForFinished(_KILL_MS)

    @property
    def process_id(self) -> int:
        """The process's id, 0 while it does not run."""
        return self._process.processId()

    def _read(self) -> None:
        data = self._rest + self._process.readAllStandardError().data()
        *lines, self._rest = data.split(b"\n")
        for line in lines:
            self._line(line.decode("utf-8", "replace").strip())

    def _line(self, text: str) -> None:
        try:
            event = json.loads(text) if text.startswith("{") else None
        except ValueError:
            event = None
        if isinstance(event, dict) and "done" in event:
            total = float(event.get("total") or 1.0)
            share = min(max(float(event["done"]) / total, 0.0), 1.0)
            self.progress.emit(share, str(event.get("message", "")))
        elif text:
            self._said.append(text)

    def _error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._finish(False, f"{child_program()} could not be started.")

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self.code = code
        self._read()
        self._line(self._rest.decode("utf-8", "replace").strip())
        if self._cancelled:
            self._finish(False, "")
        elif status == QProcess.ExitStatus.CrashExit:
            self._finish(False, "The analysis crashed. The app goes on; the log says more.")
        else:
            self._finish(code == 0, "" if code == 0 else self._reason(code))

    def _reason(self, code: int) -> str:
        sentences = [s for s in self._said if s.startswith("easytear: ")]
        if sentences:
            return sentences[-1].removeprefix("easytear: ")
        last = self._said[-1] if self._said else ""
        return f"The analysis ended with an error (exit {code}): {last}".strip(": ")

    def _finish(self, ok: bool, message: str) -> None:
        if self._over:
            return
        self._over = True
        if not ok and self._said:
            _log.warning("process said:\n%s", "\n".join(self._said))
        self.finished.emit(ok, message)


def _environment() -> QProcessEnvironment:
    out = QProcessEnvironment()
    for name, value in child_environment(PYTHONIOENCODING="utf-8").items():
        out.insert(name, value)
    return out
