"""The annotator's panel: one dock widget that joins video, results, annotations and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QFileDialog, QInputDialog

from easytear.base.errors import EasyTearError
from easytear.base.geometry import FloatArray
from easytear_napari import jobs
from easytear_napari.frames import VideoArray
from easytear_napari.keymap import KEYMAP
from easytear_napari.layers import Layers
from easytear_napari.layout import PanelLayout
from easytear_napari.opening import (
    Opened,
    Request,
    begin,
    default_annotator,
    prepare,
    request_for_results,
)
from easytear_napari.pointer import Pointer
from easytear_napari.reader import METADATA, read_video
from easytear_napari.state import Annotator
from easytear_napari.verbs import Verbs
from easytear_napari.work import Work

AUTOSAVE_MS: Final = 800


class AnnotatePanel(PanelLayout):
    """Annotate or review a tear-film video.

    Parameters
    ----------
    napari_viewer : Viewer
        The viewer that it stands in. A video that is open there is taken.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self.annotator: Annotator | None = None
        self.layers: Layers | None = None
        self.verbs: Verbs | None = None
        self._opened: Opened | None = None
        self._closed = False
        self.work = Work(self)
        self.pointer = Pointer(napari_viewer, self)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(AUTOSAVE_MS)
        self._autosave.timeout.connect(self.save)
        self._connect()
        self._take_open_video()

    # Opening and closing

    def open(self, request: Request) -> None:
        """Open a video with its annotations (and results); reading happens in the background."""
        name = request.video.name
        self.work.start(f"Opening {name}", lambda progress: prepare(request, progress), self._begin)

    def save(self) -> None:
        """Write the annotation file now."""
        if self.annotator is not None:
            try:
                self.annotator.session.save()
            except (EasyTearError, OSError) as error:
                self.say(f"Not saved, but kept in the journal: {error}")
            self.header.refresh(self.annotator)

    def shut(self) -> None:
        """End the work on the video: save, close the file, take the layers away."""
        self._autosave.stop()
        if self.annotator is None:
            return
        self._viewer.dims.events.current_step.disconnect(self._frame_changed)
        self.annotator.disconnect()
        self.annotator.session.close()
        if self.layers is not None and not self._closed:
            self.layers.clear()
        self.annotator = self.verbs = None
        self.timeline.set_annotator(None)

    def closeEvent(self, event: Any) -> None:
        """Lose nothing (called by Qt)."""
        self._end()
        super().closeEvent(event)

    def showEvent(self, event: Any) -> None:
        """Watch the window's end, which does not close its docks (called by Qt)."""
        self.window().installEventFilter(self)
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the window close (called by Qt)."""
        if event.type() == QEvent.Type.Close and watched is self.window():
            self._end()
        return False

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self.work.close()
            self.shut()
            self.pointer.close()

    def _take_open_video(self) -> None:
        for layer in self._viewer.layers:
            said = layer.metadata.get(METADATA, {})
            if "video" in said:
                results = said["results"]
                self.open(
                    Request(
                        Path(said["video"]),
                        None if results is None else Path(results),
                        annotator=default_annotator(),
                    )
                )
                return
        self.say("Open a video or a results folder to begin.")

    def _begin(self, opened: Opened) -> None:
        """Take up the work on what was read in the background."""
        try:
            annotator = begin(opened)
        except EasyTearError as error:
            self.say(str(error))
            return
        self.shut()
        self._opened = opened
        image = self._image(opened.request.video)
        self.annotator = annotator
        if self.layers is None:
            self.layers = Layers(self._viewer, annotator, image, self._front_drawn)
        else:
            self.layers.follow(annotator, image)
        self.verbs = Verbs(annotator, self._retrack, self.layers.draw_front, self._ask_text)
        for layer in self.layers.own:
            for verb in KEYMAP:
                for key in verb.keys:
                    layer.bind_key(key, self._on_key(verb.name), overwrite=True)
        annotator.document_changed.connect(self._document_changed)
        annotator.current_changed.connect(self._current_changed)
        annotator.view_changed.connect(self._view_changed)
        annotator.frame_wanted.connect(self._go)
        annotator.said.connect(self.say)
        self._viewer.dims.events.current_step.connect(self._frame_changed)
        self.timeline.set_annotator(annotator)
        annotator.frame = int(self._viewer.dims.current_step[0])
        self.layers.show_view()
        self._set_store_view()
        self.refresh()
        self.say(f"{len(annotator.document.items)} marks in {annotator.session.path.name}.")

    def _image(self, video: Path) -> Image:
        """Return the layer that shows the video."""
        for layer in self._viewer.layers:
            if layer.metadata.get(METADATA, {}).get("video") == str(video):
                return layer
        data, known, _ = read_video(video)[0]
        image: Image = self._viewer.add_image(data, **known)
        return image

    # What the person asks for

    def carry_out(self, name: str) -> None:
        """Do what a key or button of this name does."""
        if self.annotator is None or self.verbs is None or self.layers is None:
            self.say("Open a video first.")
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

    def _front_drawn(self, line: FloatArray) -> None:
        if self.verbs is not None:
            self.verbs.put_front(line)

    def _go(self, frame: int) -> None:
        self._viewer.dims.set_current_step(0, frame)

    def _renamed(self, name: str) -> None:
        if self.annotator is None or self._opened is None or not name.strip():
            return
        if " ".join(name.split()) != self.annotator.document.annotator:
            request = replace(self._opened.request, annotator=name, annotations=None)
            self.shut()
            self._begin(replace(self._opened, request=request))

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
        for part in (self.header, self.intervals, self.review, self.point_list):
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
        frame = int(self._viewer.dims.current_step[0])
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

    def _retrack(self) -> None:
        a = self.annotator
        if a is None or self._opened is None:
            return
        task = jobs.retrack_task(a, self._opened.request.video)
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
        self.work.start("Measuring again", task.run, lambda text: self.outcome.result.setText(text))

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
        self.header.renamed.connect(self._renamed)
        self.intervals.chosen.connect(self._interval_chosen)
        self.point_list.chosen.connect(self._point_chosen)
        self.outcome.measure_asked.connect(self._measure)
        self.timeline.frame_asked.connect(self._go)
        self.timeline.edge_moved.connect(self._edge_moved)
        self.open_video.clicked.connect(lambda _=False: self._ask_video())
        self.open_results.clicked.connect(lambda _=False: self._ask_results())
        self.stop.clicked.connect(lambda _=False: self.work.cancel())
        self.work.started.connect(self._work_started)
        self.work.progressed.connect(self._work_told)
        self.work.said.connect(self.say)
        self.work.finished.connect(lambda: self.running.setVisible(False))

    def _ask_video(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a video")
        if name:
            self.open(Request(Path(name), annotator=self._name()))

    def _ask_results(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a results folder")
        if name:
            try:
                self.open(request_for_results(Path(name), self._name()))
            except EasyTearError as error:
                self.say(str(error))

    def _ask_text(self, question: str, before: str) -> str | None:
        text, answered = QInputDialog.getText(self, "EasyTear", question, text=before)
        return text if answered else None

    def _name(self) -> str:
        return self.header.name.text().strip() or default_annotator()
