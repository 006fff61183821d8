"""The annotator's panel: one dock widget that joins video, results, annotations and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QFileDialog

from easytear.annotate.readers.assignment import Assigned
from easytear.base.errors import EasyTearError
from easytear_napari.acting import ActingPanel
from easytear_napari.assigned import Sheet
from easytear_napari.following import Following, video_of
from easytear_napari.keymap import KEYMAP
from easytear_napari.layers import Layers
from easytear_napari.opening import (
    Opened,
    Request,
    begin,
    begun,
    prepare,
    request_for_results,
)
from easytear_napari.reader import METADATA, read_video
from easytear_napari.seat import is_open, is_shut, take_seat
from easytear_napari.state import Annotator
from easytear_napari.verbs import Verbs


class AnnotatePanel(ActingPanel):
    """Annotate or review a tear-film video.

    Parameters
    ----------
    napari_viewer : Viewer
        The viewer that it stands in. A video that is open there is taken.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._resting: Opened | None = None
        self._shut = self._closed = False
        self._look_if_shut = QTimer(self)  # a child: it ends with the panel
        self._look_if_shut.setSingleShot(True)
        self._look_if_shut.timeout.connect(self._rest_if_shut)
        self._autosave.timeout.connect(self.save)
        self.header.renamed.connect(self._renamed)
        self.to_read.wanted.connect(self._read)
        self._first_frame: int | None = None
        self.open_video.clicked.connect(lambda _=False: self._ask_video())
        self.open_results.clicked.connect(lambda _=False: self._ask_results())
        self.following = Following(
            napari_viewer, self._layers_at_work, self._take_up, self._video_gone, self.say
        )
        self._sit_down()

    # Opening and closing

    def _sit_down(self) -> None:
        """Take the viewer's seat, from the panel that had it if there was one."""
        before = take_seat(self._viewer, self)
        opened, self.layers = (None, None) if before is None else before.hand_over()
        if opened is not None:
            self._begin(opened)
        else:
            self._take_open_video()

    def open(self, request: Request) -> None:
        """Open a video with its annotations (and results); reading happens in the background."""
        name = request.video.name
        self.work.start(f"Opening {name}", lambda progress: prepare(request, progress), self._begin)

    def open_assignment(self, path: Path) -> None:
        """Show what a reader is to read, and open the first of it that is not done.

        Raises
        ------
        AnnotationError
            If it is no assignment.
        """
        self.to_read.take(Sheet.read(path))

    def _read(self, item: Assigned) -> None:
        """Open an assigned interval; in the video that is open, go there."""
        sheet = self.to_read.sheet
        if sheet is None:
            return
        if self.annotator is not None and self.annotator.video.sha256 == item.sha256:
            self.annotator.go(item.first_frame)
            return
        try:
            request = sheet.request(item)
        except EasyTearError as error:
            self.say(str(error))
            return
        self._first_frame = item.first_frame
        self.open(request)

    def save(self) -> None:
        """Write the annotation file now."""
        if self.annotator is not None:
            try:
                self.annotator.session.save()
            except (EasyTearError, OSError) as error:
                self.say(f"Not saved, but kept in the journal: {error}")
            self.header.refresh(self.annotator)

    def shut(self) -> None:
        """End the work on the video: save, close the file, take the marks off the screen."""
        self._autosave.stop()
        if self.annotator is None:
            return
        annotator, self.annotator, self.verbs = self.annotator, None, None
        self._viewer.dims.events.current_step.disconnect(self._frame_changed)
        annotator.disconnect()
        try:
            annotator.session.close()
        except (EasyTearError, OSError) as error:
            self.say(f"Not saved, but kept in the journal: {error}")
        if self.layers is not None and is_open(self._viewer):
            self.layers.clear()
        self.outcome.forget()
        self.timeline.set_annotator(None)

    def closeEvent(self, event: Any) -> None:
        """Lose nothing (called by Qt)."""
        self._end()
        super().closeEvent(event)

    def showEvent(self, event: Any) -> None:
        """Go on where a closed panel was left (called by Qt)."""
        self.window().installEventFilter(self)
        super().showEvent(event)
        self._shut = False
        if self._resting is not None and not self.work.busy:
            opened, self._resting = self._resting, None
            self._begin(opened)

    def hideEvent(self, event: Any) -> None:
        """Rest when the panel was closed, not when another dock lies over it (called by Qt)."""
        super().hideEvent(event)
        self._look_if_shut.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save before the window may close: whether it does is not known yet (called by Qt)."""
        if event.type() == QEvent.Type.Close and watched is self.window():
            self.save()
            self._look_if_shut.start()
        return False

    def hand_over(self) -> tuple[Opened | None, Layers | None]:
        """Leave the viewer to another panel: what was open, and the layers."""
        opened = self._opened if self.annotator is not None else self._resting
        layers, self.layers = self.layers, None
        self._end()
        self.setEnabled(False)
        self.message.setText("Another panel has taken over in this window; close this one.")
        return opened, layers

    def _layers_at_work(self) -> Layers | None:
        return None if self.annotator is None else self.layers

    def _rest_if_shut(self) -> None:
        if not self._closed and is_shut(self):
            self._shut = True
            self.rest()

    def rest(self) -> None:
        """Close the file, to be opened again when the panel is shown."""
        if self.annotator is not None:
            self._resting = self._opened
            if self._resting is not None:
                blind = not self.annotator.program_shown
                request = replace(self._resting.request, blind=blind)
                self._resting = replace(self._resting, request=request)
            self.shut()

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self.following.close()
            self.work.close()
            self.shut()
            self.pointer.close()

    def _take_up(self, layer: Any) -> None:
        """Work on the video that was opened in the viewer, or is shown there again."""
        said = layer.metadata[METADATA]
        opened = self._opened.request if self._opened is not None else None
        same = opened is not None and str(opened.video) == said["video"]
        if (same and self.annotator is not None) or self.work.busy or self._shut:
            return
        results = None if said["results"] is None else Path(said["results"])
        video = Path(said["video"])
        self.open(Request(video, results, annotator=self._name(), blind=self._blind()))

    def _video_gone(self) -> None:
        """Follow the deletion of the video's layer."""
        self.shut()
        self._opened = None
        self.say("The video's layer was deleted: its annotations are saved, and closed.")

    def _take_open_video(self) -> None:
        for layer in reversed(self._viewer.layers):
            if video_of(layer) is not None and layer.visible:
                self._take_up(layer)
                return
        self.say("Open a video or a results folder to begin.")

    def _begin(self, opened: Opened) -> None:
        """Take up the work on what was read in the background."""
        if self._closed:
            return
        self.shut()
        try:
            annotator = begin(opened)
        except EasyTearError as error:
            self._opened = None
            self.say(str(error))
            return
        self._opened = opened
        image = self._image(opened.request.video)
        self.annotator = annotator
        if self.layers is None:
            self.layers = Layers(self._viewer, annotator, image, self._front_drawn)
        else:
            self.layers.new_front = self._front_drawn
            self.layers.follow(annotator, image)
        layers = self.layers
        self.verbs = Verbs(
            annotator, self._retrack, layers.draw_front, self._ask_text, layers.chosen
        )
        for layer in layers.own:
            for verb in KEYMAP:
                for key in verb.keys:
                    layer.bind_key(key, self._on_key(verb.name), overwrite=True)
        self._listen(annotator)
        annotator.frame = min(int(self._viewer.dims.current_step[0]), annotator.frame_count - 1)
        self.timeline.set_annotator(annotator)
        self._view_changed()
        self.say(begun(annotator, opened))
        if self._first_frame is not None:
            frame, self._first_frame = self._first_frame, None
            annotator.go(frame)

    def _listen(self, annotator: Annotator) -> None:
        annotator.document_changed.connect(self._document_changed)
        annotator.current_changed.connect(self._current_changed)
        annotator.view_changed.connect(self._view_changed)
        annotator.frame_wanted.connect(self._go)
        annotator.said.connect(self.say)
        annotator.place_wanted.connect(self._centre)
        self._viewer.dims.events.current_step.connect(self._frame_changed)

    def _image(self, video: Path) -> Image:
        """Return the layer that shows the video."""
        for layer in self._viewer.layers:
            if video_of(layer) == str(video):
                return layer
        data, known, _ = read_video(video)[0]
        image: Image = self._viewer.add_image(data, **known)
        return image

    def _renamed(self, name: str) -> None:
        if self.annotator is None or self._opened is None or not name.strip():
            return
        if " ".join(name.split()) != self.annotator.document.annotator:
            request = replace(self._opened.request, annotator=name, annotations=None)
            self.shut()
            self._begin(replace(self._opened, request=request))

    def _ask_video(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a video")
        if name:
            self.open(Request(Path(name), annotator=self._name(), blind=self._blind()))

    def _ask_results(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a results folder")
        if name:
            try:
                request = request_for_results(Path(name), self._name())
                self.open(replace(request, blind=self._blind()))
            except EasyTearError as error:
                self.say(str(error))
