"""What the panel does for the person: keys and buttons, what is shown, and long work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from napari.viewer import Viewer
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QInputDialog

from easytear.base.geometry import FloatArray
from easytear_napari import jobs
from easytear_napari.frames import VideoArray
from easytear_napari.layers import Layers
from easytear_napari.layout import PanelLayout
from easytear_napari.opening import Opened, default_annotator
from easytear_napari.pointer import Pointer
from easytear_napari.state import Annotator
from easytear_napari.verbs import Verbs
from easytear_napari.work import Work

AUTOSAVE_MS: Final = 800


class ActingPanel(PanelLayout):
    """The panel at work on one video; how it is opened and closed is the panel's own.

    Parameters
    ----------
    viewer : Viewer
        The viewer that it stands in.
    """

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self.annotator: Annotator | None = None
        self.layers: Layers | None = None
        self.verbs: Verbs | None = None
        self._opened: Opened | None = None
        self.work = Work(self)
        self.pointer = Pointer(viewer, self)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(AUTOSAVE_MS)
        self._connect()

    # What the person asks for

    def carry_out(self, name: str) -> None:
        """Do what a key or button of this name does."""
        if self.annotator is None or self.verbs is None or self.layers is None:
            shown = "shown" if self.header.program.isChecked() else "hidden"
            words = f"The program's result will be {shown}." if name == "program" else ""
            self.say(words or "Open a video first.")
            return
        if not self.layers.video.visible or self.layers.video not in self._viewer.layers:
            self.say("The film is hidden: show the layer 'video' first.")
            return
        if int(self._viewer.dims.current_step[0]) >= self.annotator.frame_count:
            self.say(f"This video ends at frame {self.annotator.frame_count - 1}.")
            self._go(self.annotator.frame_count - 1)
            return
        self.annotator.pointer = self._pointer()
        self.verbs.carry_out(name)

    def say(self, text: str) -> None:
        """Tell the person something."""
        self.message.setText(text)
        self._viewer.status = text

    def _on_key(self, name: str) -> Callable[[Any], None]:
        def act(_layer: Any) -> None:
            self.carry_out(name)

        return act

    def _pointer(self) -> FloatArray | None:
        assert self.layers is not None
        assert self.annotator is not None
        place = self.pointer.place()
        if place is None:
            return None
        width, height = self.annotator.video.width_px or 0, self.annotator.video.height_px or 0
        inside = -0.5 <= place[0] <= width - 0.5 and -0.5 <= place[1] <= height - 0.5
        return self.layers.from_view(place[None])[0] if inside else None

    def _front_drawn(self, line: FloatArray, frame: int) -> None:
        if self.verbs is not None:
            self.verbs.put_front(line, frame=frame)

    def _centre(self, x: float, y: float) -> None:
        """Have a place of the present frame in the middle of the window."""
        if self.layers is not None:
            place = self.layers.to_view(np.array([[x, y]]))[0]
            camera = getattr(self._viewer, "scene", self._viewer).camera
            camera.center = (*camera.center[:-2], float(place[1]), float(place[0]))

    def _go(self, frame: int) -> None:
        self._viewer.dims.set_current_step(0, frame)

    def _edge_moved(self, place: int, name: str, frame: int) -> None:
        if self.annotator is not None and self.verbs is not None:
            self.verbs.move_edge(self.annotator.stretches()[place], name, frame)

    def _interval_chosen(self, place: int) -> None:
        if self.annotator is not None:
            self.annotator.go(self.annotator.stretches()[place].start_frame)

    def _point_chosen(self, place: int) -> None:
        a = self.annotator
        if a is not None and place < len(a.points()):
            point = a.points()[place]
            a.choose(point.id)
            first, last = point.keyframes[0].frame, point.keyframes[-1].frame
            if not first <= a.frame <= last:
                a.go(first)

    # What the state says

    def refresh(self) -> None:
        """Show the whole state."""
        if self.annotator is None:
            return
        for part in (self.header, self.to_read, self.intervals, self.review, self.point_list):
            part.refresh(self.annotator)
        self.outcome.refresh(self.annotator, jobs.agreement_text(self.annotator))
        self.timeline.refresh()

    def _document_changed(self) -> None:
        if self.layers is None:
            return
        self.layers.show_frame()
        self.layers.show_verdicts()
        self.refresh()
        self._autosave.start()

    def _current_changed(self) -> None:
        if self.layers is not None and self.annotator is not None:
            self.layers.show_frame()
            self.point_list.refresh(self.annotator)
            self.timeline.refresh()

    def _view_changed(self) -> None:
        if self.layers is not None:
            self._set_store_view()
            self.layers.show_view()
            self.refresh()

    def _frame_changed(self, _event: Any = None) -> None:
        a = self.annotator
        if a is None or self.layers is None:
            return
        frame = min(int(self._viewer.dims.current_step[0]), a.frame_count - 1)
        if frame != a.frame:
            a.frame = frame
            self.layers.show_frame()
            self.intervals.refresh(a)
            self.point_list.refresh(a)
            self.timeline.update()

    def _set_store_view(self) -> None:
        if self.layers is None or self.annotator is None:
            return
        data = self.layers.video.data
        if isinstance(data, VideoArray):
            data.store.set_view(jobs.picture_view(self.annotator))
            self.layers.video.refresh()

    # Long work

    def _retrack(self, over: bool) -> None:
        a = self.annotator
        if a is None or self._opened is None:
            return
        task = jobs.retrack_task(a, self._opened.request.video, over)
        if task is None:
            self.say("The point is not shown in this frame.")
            return
        self.work.start("Following", task.run, lambda found: self._retracked(task, found))

    def _retracked(self, task: jobs.RetrackTask, found: Any) -> None:
        if self.annotator is not None:
            self.say(task.take_in(self.annotator, found))

    def _measure(self) -> None:
        a = self.annotator
        if a is None or a.analysis is None or self._opened is None:
            return
        task = jobs.measure_task(a, self._opened.request.video)
        self.work.start("Measuring again", task.run, self._measured)

    def _measure_own(self) -> None:
        a = self.annotator
        if a is not None and a.analysis is not None:
            task = jobs.OwnTask(a.analysis, a.document)
            self.work.start("Measuring your points", task.run, self._measured)

    def _measured(self, found: jobs.Measured) -> None:
        self.outcome.show_measured(found.text, found.items)
        self.refresh()

    def _work_started(self, label: str) -> None:
        self.bar.setRange(0, 0)
        self.say(label)
        self.running.setVisible(True)

    def _work_told(self, share: float, message: str) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(int(1000 * share))
        if message:
            self.message.setText(message)

    # Joining

    def _connect(self) -> None:
        for part in (self.header, self.intervals, self.review, self.point_list):
            part.asked.connect(self.carry_out)
        self.intervals.chosen.connect(self._interval_chosen)
        self.point_list.chosen.connect(self._point_chosen)
        self.outcome.measure_asked.connect(self._measure)
        self.outcome.own_asked.connect(self._measure_own)
        self.timeline.frame_asked.connect(self._go)
        self.timeline.edge_moved.connect(self._edge_moved)
        self.stop.clicked.connect(lambda _=False: self.work.cancel())
        self.work.started.connect(self._work_started)
        self.work.progressed.connect(self._work_told)
        self.work.said.connect(self.say)
        self.work.finished.connect(lambda: self.running.setVisible(False))

    def _ask_text(self, question: str, before: str) -> str | None:
        text, answered = QInputDialog.getText(self, "EasyTear", question, text=before)
        return text if answered else None

    def _blind(self) -> bool:
        """Return whether what is opened next is to be opened without the program's result."""
        return not self.header.program.isChecked()

    def _name(self) -> str:
        return self.header.name.text().strip() or default_annotator()
