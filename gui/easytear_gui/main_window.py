"""The window: puts the rooms side by side and carries news from one to the other."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear_gui import paths
from easytear_gui.actions import Actions
from easytear_gui.background import Background
from easytear_gui.banner import Banner
from easytear_gui.controllers.correcting import Correcting
from easytear_gui.controllers.exporting import Exporting
from easytear_gui.controllers.helping import Helping
from easytear_gui.controllers.labelling import Labelling
from easytear_gui.controllers.opening import Opening
from easytear_gui.controllers.overseeing import Overseeing
from easytear_gui.controllers.playing import connect_playing
from easytear_gui.controllers.running import Running
from easytear_gui.controllers.studying import Studying
from easytear_gui.controllers.viewing import Viewing
from easytear_gui.controllers.watching import Watching
from easytear_gui.overview.panel import OverviewPanel
from easytear_gui.running.runner import Runner
from easytear_gui.session.document import Document
from easytear_gui.session_list import SessionList
from easytear_gui.settings_panel.panel import SettingsPanel
from easytear_gui.theme.icons import icon
from easytear_gui.theme.style import Theme
from easytear_gui.welcome import Welcome
from easytear_gui.widgets import label, panel
from easytear_gui.words import RESEARCH
from easytear_gui.workspace import Workspace

_log = logging.getLogger(__name__)
_SMALLEST = QSize(840, 460)
"""Fits a screen of 1280 x 720 at one and a half times scale."""


class MainWindow(QMainWindow):
    """The app's window."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.background = Background(self)
        self.document = Document(self)
        self.runner = Runner(self.document, self)
        self.actions_ = Actions(self)
        self.list = SessionList(self.document)
        self.workspace = Workspace(self.background)
        self.settings_panel = SettingsPanel(self.document)
        self.workspace.side.addTab(self.settings_panel, "Settings")
        self.welcome = Welcome()
        self.overview = OverviewPanel()
        self.setAcceptDrops(True)
        self.setMinimumSize(_SMALLEST)
        self._open_key: str | None = None
        self._arrange()
        self.opening = Opening(self)
        self.running = Running(self)
        self.correcting = Correcting(self)
        self.taking_out = Exporting(self)
        self.helping = Helping(self)
        self.viewing = Viewing(self)
        self.watching = Watching(self)
        self.overseeing = Overseeing(self)
        self.studying = Studying(self)
        self.labelling = Labelling(self)
        self._wire()
        self._restore()
        theme.changed.connect(self._themed)
        self._themed()
        self._videos_changed()

    # --- building ------------------------------------------------------------------------
    def _arrange(self) -> None:
        undo = self.document.undo_stack.createUndoAction(self, "&Undo")
        redo = self.document.undo_stack.createRedoAction(self, "&Redo")
        undo.setShortcuts([QKeySequence("Ctrl+Z")])
        redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.actions_.add("undo", undo, "undo")
        self.actions_.add("redo", redo, "redo")
        self.menus = self.actions_.fill_menus(self.menuBar())
        self.menus["Edit"].addActions([undo, redo])
        self.bar = QToolBar("Work")
        self.bar.setObjectName("work")
        self.bar.setMovable(False)
        self.bar.setIconSize(QSize(18, 18))
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        undo.setIconText("Undo")
        redo.setIconText("Redo")
        self.actions_.fill_bar(self.bar)
        self.addToolBar(self.bar)
        more = self.bar.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setToolTip("What does not fit")
            more.setAccessibleName("More of the toolbar")
            more.setIconSize(QSize(12, 12))
            self._more = more
        self.left = QSplitter(Qt.Orientation.Horizontal)
        self.left.setChildrenCollapsible(False)
        self.left.addWidget(self._list_panel())
        self.stack = QStackedWidget()
        self.stack.addWidget(self.welcome)
        self.stack.addWidget(self.workspace)
        self.stack.addWidget(self.overview)
        self.notice = Banner()
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        noted = QVBoxLayout()
        noted.setContentsMargins(6, 0, 6, 0)
        noted.addWidget(self.notice)
        column.addLayout(noted)
        column.addWidget(self.stack, 1)
        self.left.addWidget(main)
        self.left.setStretchFactor(1, 1)
        self.left.setSizes([228, 1000])
        self.setCentralWidget(self.left)
        self.research = QLabel(RESEARCH)
        self.statusBar().addPermanentWidget(self.research)
        self.saved_label = QLabel("")
        self.statusBar().addPermanentWidget(self.saved_label)

    def _list_panel(self) -> QWidget:
        title = label("Videos", "title")
        title.setContentsMargins(10, 6, 0, 2)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(6, 6, 0, 6)
        self.counts_label = label("", "hint", wrap=True)
        self.counts_label.setContentsMargins(10, 0, 6, 4)
        self.counts_label.hide()
        outer.addWidget(panel(title, self.counts_label, self.list))
        holder.setMinimumWidth(208)
        self.list_holder = holder
        return holder

    def _wire(self) -> None:
        document = self.document
        document.videos_changed.connect(self._videos_changed)
        document.decisions_changed.connect(self._decisions_changed)
        document.file_changed.connect(self._file_changed)
        self.list.opened.connect(self.show_video)
        self.workspace.analysis_changed.connect(self.update_actions)
        self.workspace.interval_changed.connect(lambda _: self.update_actions())
        connect_playing(self)
        self.actions_["quit"].triggered.connect(self.close)
        self.actions_["settings"].triggered.connect(self._show_settings)

    def _show_settings(self) -> None:
        self.overseeing.show_table(False)
        self.workspace.side.setCurrentWidget(self.settings_panel)
        self.settings_panel.search.setFocus()

    # --- the open video ------------------------------------------------------------------
    @property
    def open_key(self) -> str | None:
        """The key of the video that is open."""
        return self._open_key

    def show_video(self, key: str) -> None:
        """Open a video of the session."""
        if key == self._open_key:
            return
        self._open_key = key
        video = self.document.session.video(key)
        self.correcting.end_tool(False)
        self.workspace.load(video.path, self.document.results_of(key), video.decisions)
        self.running.tell()
        self.update_actions()

    def reload_results(self) -> None:
        """Show the open video's results anew."""
        if self._open_key is not None:
            self.workspace.load_results(self.document.results_of(self._open_key))

    def show_again(self) -> None:
        """Open the open video anew, from the place where it is now."""
        key, self._open_key = self._open_key, None
        if key is not None:
            self.show_video(key)

    def _videos_changed(self) -> None:
        keys = [v.key for v in self.document.session.videos]
        if not keys or self.stack.currentWidget() is self.welcome:
            self.stack.setCurrentWidget(self.workspace if keys else self.welcome)
            self.actions_["overview"].setChecked(False)
        self.list_holder.setVisible(bool(keys))
        if not keys:
            self._open_key = None
            self.workspace.load(None, None, self.workspace.decisions)
            self.opening.show_sessions()
        elif self._open_key not in keys or self.list.current_key() is None:
            self.list.open_key(self._open_key if self._open_key in keys else keys[0])
        self.update_actions()

    def _decisions_changed(self, key: str) -> None:
        if key == self._open_key:
            self.workspace.set_decisions(self.document.session.video(key).decisions)

    def _file_changed(self) -> None:
        document = self.document
        name = document.file.stem if document.is_named else "New session"
        self.setWindowTitle(f"{name} – EasyTear")
        if document.save_error:
            self.saved_label.setText(document.save_error)
        else:
            self.saved_label.setText("All changes saved" if document.session.videos else "")

    def update_actions(self) -> None:
        """Enable what can be done now."""
        has_videos = bool(self.document.session.videos)
        analysed = self.workspace.analysis is not None
        chosen = analysed and self.workspace.interval >= 0
        enable = self.actions_.enable
        enable(len(self.document.session.videos) > 1, "compare", "side_by_side")
        enable(has_videos, "frame_rate", "recording")
        enable(has_videos, "overview", "save_session_as", "remove_videos", "find_videos", "analyse",
               "analyse_all", "analyse_anew", "ruler", "scale", "play", "forward", "backward",
               "next_frame", "previous_frame", "next_ten", "previous_ten", "first_frame",
               "last_frame", "slower", "faster", "zoom_in", "zoom_out", "zoom_fit", "hold_still",
               "show_film")  # fmt: skip
        enable(analysed, "limbus", "open_page", "open_results")
        enable(analysed, "export", "napari", "copy_plot", "save_plot", "lay_over", "bounds",
               "next_interval", "previous_interval")  # fmt: skip
        enable(chosen, "region", "exclude", "set_start", "set_end", "say_why", "reset_interval")
        enable(self.runner.running is not None, "cancel")

    # --- looks ---------------------------------------------------------------------------
    def _themed(self) -> None:
        colours = self.theme.colours
        self.actions_.set_ink(colours.text)
        self.actions_["analyse"].setIcon(icon("analyse", colours.on_accent, colours.muted))
        self._more.setIcon(icon("more", colours.text))
        self.list.set_colours(colours)
        self.welcome.set_colours(colours)
        self.workspace.set_colours(colours)
        self.settings_panel.set_colours(colours)
        self.overview.set_colours(colours)

    def _restore(self) -> None:
        kept = paths.preferences()
        geometry = kept.value("window/geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            screen = QApplication.primaryScreen().availableSize()
            self.resize(min(1440, screen.width()), min(900, screen.height()))
        for name, split in self._splitters().items():
            state = kept.value(f"window/{name}")
            if isinstance(state, QByteArray):
                split.restoreState(state)

    def _splitters(self) -> dict[str, QSplitter]:
        return {"left": self.left, "top": self.workspace.top, "split": self.workspace.split}

    # --- events --------------------------------------------------------------------------
    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves a text field: the keys then are those of the picture again."""
        if event.key() == Qt.Key.Key_Escape and self.tool_is_off():
            self.workspace.player.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        super().keyPressEvent(event)

    def tool_is_off(self) -> bool:
        """Return whether nothing is being drawn."""
        return self.workspace.player.canvas.tool is None

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.welcome.set_over(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.welcome.set_over(False)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.welcome.set_over(False)
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        QTimer.singleShot(0, lambda: self.opening.open_paths(files))

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        kept = paths.preferences()
        kept.setValue("window/geometry", self.saveGeometry())
        for name, split in self._splitters().items():
            kept.setValue(f"window/{name}", split.saveState())
        self.runner.shut_down()
        self.viewing.shut_down()
        self.taking_out.shut_down()
        self.studying.shut_down()
        self.document.save()
        self.document.close()
        self.workspace.player.player.load(None)
        self.background.wait()
        event.accept()

    def set_thumbnail(self, key: str, picture: QPixmap) -> None:
        """Show a video's thumbnail in the list."""
        self.list.videos.set_thumbnail(key, picture)
