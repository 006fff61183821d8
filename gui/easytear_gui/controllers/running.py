"""The Analysis menu, and what the window says while it runs and afterwards."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox

from easytear.base.errors import EasyTearError
from easytear.request.settings import describe_settings
from easytear.request.work import changed_settings
from easytear.results import read_summary
from easytear.show.flags import sentence
from easytear_gui.results.limits import banner_words
from easytear_gui.running.plan import Work, needed
from easytear_gui.session.decide import reasoned
from easytear_gui.session.model import Annotated, Asked, Record, State

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_log = logging.getLogger(__name__)
_QUICK_MS = 350


def _promise(record: Record, *, loaded: bool) -> str:
    """Return what stands where curves and numbers would be."""
    if record.state == State.FAILED:
        return "The analysis failed: there are no curves. The banner over the picture says why."
    if record.busy:
        return "Curves and numbers come when the analysis has finished."
    if record.state == State.DONE and not loaded:
        return "Results are being loaded."
    if record.state == State.DONE:
        return "No interval could be measured: there are no curves."
    return "Not analysed yet: press Analyse (F5)."


class Running(QObject):
    """Starts and stops analyses and tells about them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document, self._runner = window.document, window.runner
        self._whole = False
        self._quick = QTimer(self)
        self._quick.setSingleShot(True)
        self._quick.setInterval(_QUICK_MS)
        self._quick.timeout.connect(self._remeasure)
        actions = window.actions_
        actions["analyse"].triggered.connect(lambda: self.analyse(self._chosen()))
        actions["analyse_all"].triggered.connect(lambda: self.analyse(self._all()))
        actions["analyse_anew"].triggered.connect(lambda: self.analyse(self._chosen(), anew=True))
        actions["cancel"].triggered.connect(self._runner.cancel_all)
        self._runner.finished.connect(self._finished)
        window.workspace.player.player.opened.connect(self.tell)
        self._runner.changed.connect(self.tell)
        window.workspace.interval_changed.connect(lambda _: self.tell())
        self._document.decisions_changed.connect(self._changed)
        self._document.videos_changed.connect(self.mark_all)
        self._document.settings_changed.connect(self._settings_changed)
        self._runner.put_aside.connect(self._put_aside)
        window.settings_panel.apply_asked.connect(self.apply_settings)

    def _chosen(self) -> list[str]:
        keys = self._window.list.selected_keys()
        return keys or ([self._window.open_key] if self._window.open_key else [])

    def _all(self) -> list[str]:
        return [v.key for v in self._document.session.videos]

    def analyse(self, keys: list[str], anew: bool = False) -> None:
        """Analyse videos: only what is new, changed or failed, unless `anew`."""
        wanted = [k for k in keys if anew or self._wanted(k)]
        if not wanted and keys:
            self._window.statusBar().showMessage(
                "Nothing has changed since the last analysis.", 8000
            )
        for key in wanted:
            self._runner.enqueue(key, anew)

    def offer_rest(self) -> None:
        """Ask whether to go on with what had not finished when the app ended."""
        rest = self._document.interrupted()
        if not rest:
            return
        many = "1 analysis" if len(rest) == 1 else f"{len(rest)} analyses"
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"{many} had not finished when EasyTear ended.")
        box.setInformativeText("Go on with them, as they were asked for?")
        go_on = box.addButton("Go on", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Forget them", QMessageBox.ButtonRole.RejectRole)
        box.buttonClicked.connect(lambda button: self._rest(rest, button is go_on))
        box.open()

    def _rest(self, keys: list[str], go_on: bool) -> None:
        for key in keys:
            asked = self._document.record(key).asked
            if asked is not None and go_on:
                self._runner.resume(key, asked)
            else:
                self._document.set_record(key, asked=None)

    def _wanted(self, key: str) -> bool:
        failed = self._document.record(key).state == State.FAILED
        return failed or self._runner.work_for(key) != Work.NONE

    # --- what changed --------------------------------------------------------------------
    def _changed(self, key: str) -> None:
        self._mark(key)
        self._quick.start()
        self.tell()

    def _settings_changed(self) -> None:
        self.mark_all()
        self.tell()

    def mark_all(self) -> None:
        """Note of every video whether its results follow decisions and settings."""
        for video in self._document.session.videos:
            self._mark(video.key)
        self._offer()

    def _mark(self, key: str) -> None:
        """Note in the list whether a video's results follow decisions and settings."""
        pending = self._window.list.videos.pending
        if self.undone(key):
            pending.add(key)
        else:
            pending.discard(key)
        self._window.list.videos.touch(key)

    def undone(self, key: str) -> tuple[str, ...]:
        """Return what a finished video's results do not follow: "corrections", "settings"."""
        record = self._document.record(key)
        if record.state != State.DONE or record.applied is None or record.applied_settings is None:
            return ()
        out = []
        if self._decided(key) in (Work.REUSE, Work.FULL):
            out.append("corrections")
        if needed(record, record.applied, self._document.session.settings) != Work.NONE:
            out.append("settings")
        return tuple(out)

    def _decided(self, key: str) -> Work:
        """Return what the decisions alone ask for: settings wait until they are applied."""
        applied = self._document.record(key).applied_settings
        decisions = self._document.session.video(key).decisions
        settings = applied or self._document.session.settings
        return self._runner.work_for(key, Asked(decisions=decisions, settings=settings))

    def _offer(self) -> None:
        """Say on the settings panel where the settings could be applied."""
        differ = [k for k in self._all() if "settings" in self.undone(k)]
        self._window.settings_panel.offer(self._window.open_key in differ, len(differ))

    def apply_settings(self, everywhere: bool) -> None:
        """Analyse with the settings: the open video, or every one whose results differ."""
        differ = [k for k in self._all() if "settings" in self.undone(k)]
        self.analyse(differ if everywhere else [k for k in differ if k == self._window.open_key])

    def _remeasure(self) -> None:
        """Measure at once what a person decided and needs no look at the video.

        With the settings that the video's results were made with: others wait for Analyse.
        """
        for key in self._all():
            record = self._document.record(key)
            if record.state == State.DONE and self._decided(key) == Work.REMEASURE:
                self._runner.enqueue(key, settings=record.applied_settings)

    def _finished(self, key: str, ok: bool) -> None:
        if ok:
            self.judge(key)
        self._mark(key)
        self._offer()
        if ok and key == self._window.open_key:
            self._window.reload_results()
        self._quick.start()  # decisions may have changed while it ran
        self.tell()

    def judge(self, key: str) -> None:
        """Note how good a video's results are."""
        folder = self._document.results_of(key)
        if folder is None:
            return
        try:
            summary = read_summary(folder)
        except EasyTearError:
            _log.exception("reading %s", folder)
            return
        scores = [i.quality.score for i in summary.intervals if i.excluded is None]
        left_out = bool(summary.intervals) and not scores
        self._document.set_record(key, quality=max(scores, default=None), left_out=left_out)

    def take_in(self, key: str) -> bool:
        """Take in what was annotated in napari; False where nothing new was."""
        folder = self._document.results_of(key)
        files = (
            []
            if folder is None
            else sorted(folder.glob("*.annotations.json"), key=lambda f: f.stat().st_mtime)
        )
        if not files:
            return False
        digest = hashlib.sha256(files[-1].read_bytes()).hexdigest()
        decisions = self._document.session.video(key).decisions
        notes = Annotated(file=files[-1].name, sha256=digest)
        if decisions.annotations == notes:
            return False
        after = decisions.model_copy(update={"annotations": notes})
        self._document.decide(key, after, "take in annotations")
        self.analyse([key])
        return True

    def _put_aside(self, key: str, name: str) -> None:
        video = self._document.session.video(key).path.name
        self._window.opening.complain(
            f"The earlier results of {video} were changed by another window or program. They stay "
            f"as they are; the new results are in {self._document.results_folder / name}."
        )

    # --- what the window says ------------------------------------------------------------
    def tell(self) -> None:
        """Say on the banner how the open video stands, in the status bar how the queue does."""
        window = self._window
        window.actions_.enable(self._runner.running is not None, "cancel")
        if self._runner.waiting:
            window.statusBar().showMessage(f"{self._runner.waiting} more videos wait", 4000)
        key = window.open_key
        if key is None:
            return
        try:
            window.document.session.video(key)
        except KeyError:
            return
        self._tell_of(key)

    def _tell_of(self, key: str) -> None:
        banner, record = self._window.workspace.banner, self._document.record(key)
        cancel = {"Cancel": lambda: self._runner.cancel(self._window.open_key or "")}
        video = self._document.session.video(key)
        if record.state == State.RUNNING:
            share = f" ({round(100 * record.share)} %)" if record.share else " …"
            text = f"Analysing: {record.message}{share}"
            banner.say(text, "work", cancel, record.share)
        elif record.state == State.QUEUED:
            banner.say("Waits until the analysis before it has finished.", "work", cancel)
        elif not video.path.is_file():
            find = {"Find…": self._window.opening.ask_find}
            banner.say(f"{video.path} is not there any more. Was it moved?", "bad", find)
        elif record.state == State.FAILED:
            again = {"Try again": self._try_again, "Log": self._window.helping.show_log}
            banner.say(f"Failed: {record.message}", "bad", again)
        elif self._window.watching.words(key):
            watching = self._window.watching
            again = {"Show them": lambda: watching.show_them(key)}
            if watching.changed[key] is None:
                again = {}
            again["Analyse again"] = lambda: watching.analyse_again(key)
            banner.say(watching.words(key), "bad", again)
        elif key in self._window.list.videos.pending:
            actions = {"Analyse": self._try_again}
            if reasoned(video.decisions, self._window.workspace.interval):
                actions["Say why…"] = self._window.labelling.ask_why
            banner.say(self._pending_words(key), "note", actions)
        else:
            self._tell_limits()
        workspace = self._window.workspace
        workspace.set_promise(_promise(record, loaded=workspace.analysis is not None))

    def _tell_limits(self) -> None:
        """Say what limits the selected interval's numbers, what weighs most first."""
        workspace = self._window.workspace
        result = workspace.result()
        if workspace.analysis is not None and not workspace.analysis.summary.intervals:
            said = [sentence(f) for f in workspace.analysis.summary.flags]
            text = "No interval could be measured." + "".join(f"\n• {one}" for one in said)
            draw = {"Draw the iris's edge": self._window.correcting.draw_limbus}
            workspace.banner.say(text, "bad", draw)
            return
        if workspace.analysis is None or result is None:
            self._tell_rate()
            return
        text, more = banner_words(workspace.analysis, result, self._whole)
        actions = {}
        if more > 0:
            actions["Less" if self._whole else f"{more} more"] = self._more
        workspace.banner.say(text, "note", actions)

    def _tell_rate(self) -> None:
        """Ask for the frame rate of a file that does not tell it."""
        workspace = self._window.workspace
        facts = workspace.player.player.facts
        problems = () if facts is None else facts.problems
        told = next((p for p in problems if p in ("rate_unknown", "capture_rate_differs")), None)
        if told is None or workspace.decisions.fps is not None:
            workspace.banner.say("")
            return
        text = sentence(told).replace(" with --fps", "")
        workspace.banner.say(text, "note", {"Give the rate…": self._window.correcting.ask_fps})

    def _more(self) -> None:
        self._whole = not self._whole
        self.tell()

    def _pending_words(self, key: str) -> str:
        record, session = self._document.record(key), self._document.session
        said = []
        if "corrections" in self.undone(key):
            rest = ": only what they touch is redone" if self._decided(key) == Work.REUSE else ""
            said.append(f"Your corrections are not in the numbers yet{rest}.")
        if "settings" in self.undone(key) and record.applied_settings is not None:
            changed = list(changed_settings(record.applied_settings, session.settings))
            names = {f"{i.group}.{i.name}": i.label for i in describe_settings()}
            said_of = [f"{names[name]} {old} → {new}" for name, _, old, new in changed[:3]]
            what = ", ".join(said_of)
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            said.append(f"These numbers were made with other settings ({what}{more}).")
        return " ".join(said)

    def _try_again(self) -> None:
        if self._window.open_key is not None:
            self.analyse([self._window.open_key])
