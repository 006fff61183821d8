"""Every action: one table that makes the menus, the toolbar and the sheet of shortcuts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from easytear_gui.theme.icons import icon


@dataclass(frozen=True)
class Spec:
    """One action: its menu, words, keys and icon."""

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    checkable: bool = False
    bar: str = ""


SEPARATOR: Final = "-"

SPECS: Final = (
    Spec("new_session", "File", "&New session", ("Ctrl+N",), "Start an empty session"),
    Spec("open_session", "File", "&Open session…", ("Ctrl+Shift+O",), "Open a session file"),
    Spec("save_session_as", "File", "&Save session as…", ("Ctrl+S",),
         "Give the session a file of its own; after that every change is saved at once"),
    Spec(SEPARATOR, "File", ""),
    Spec("add_videos", "File", "Add &videos…", ("Ctrl+O",),
         "Add videos to the session; they can be dropped into the window too", "add", bar="Add"),
    Spec("add_folder", "File", "Add &folder…", (), "Add every video below a folder"),
    Spec("open_study", "File", "Open a folder as a st&udy…", ("Ctrl+U",),
         "Analyse a folder of subjects, eyes and visits: one table, statistics, a page", "study",
         bar="Study"),
    Spec("add_samples", "File", "Add sa&mple videos", (), "Add the simulated sample videos"),
    Spec("find_videos", "File", "Find &moved videos…", (),
         "Look for missing videos below a folder, by content"),
    Spec("remove_videos", "File", "&Remove from session", (),
         "Take the selected videos out of the session; no file is deleted"),
    Spec(SEPARATOR, "File", ""),
    Spec("results_folder", "File", "Results f&older…", (), "Choose where results are kept"),
    Spec("export", "File", "&Export…", ("Ctrl+E",),
         "Export results, page, overlay video and figures", "export", bar="Export"),
    Spec("open_page", "File", "Open the &page", ("Ctrl+P",),
         "Open the page of the open video's results in the browser"),
    Spec("open_results", "File", "Open the res&ults' folder", (),
         "Show the files of the open video's results"),
    Spec("napari", "File", "Open in na&pari", ("Ctrl+Shift+N",),
         "Review and annotate in napari; corrections come back with the results", "napari",
         bar="napari"),
    Spec(SEPARATOR, "File", ""),
    Spec("quit", "File", "&Quit", ("Ctrl+Q",), "Close the window; nothing is lost"),
    Spec("analyse", "Analysis", "&Analyse", ("Ctrl+R", "F5"),
         "Analyse the selected videos: only what is new or changed", "analyse", bar="Analyse"),
    Spec("analyse_all", "Analysis", "Analyse a&ll", ("Ctrl+Shift+R",),
         "Analyse every video of the session that is new or changed"),
    Spec("analyse_anew", "Analysis", "Analyse from &scratch", (),
         "Analyse the selected videos anew, whatever is there"),
    Spec("cancel", "Analysis", "&Cancel", ("Ctrl+.",),
         "Stop the analyses; earlier results stay", "stop"),
    Spec("compare", "Analysis", "Co&mpare two videos…", ("Ctrl+D",),
         "Compare the two selected videos: what changed, by how much, side by side"),
    Spec("side_by_side", "Analysis", "Two films side by si&de…", ("Ctrl+Shift+D",),
         "Play the two selected videos beside each other, both from their onset"),
    Spec(SEPARATOR, "Analysis", ""),
    Spec("settings", "Analysis", "Se&ttings", ("Ctrl+,",), "Show the settings of the analysis"),
    Spec("scale", "Correct", "Set the &scale…", ("Ctrl+M",),
         "Set millimetres per pixel: by iris width, device, or a number", "scale", bar="Scale"),
    Spec("ruler", "Correct", "Draw a r&uler", ("M",),
         "Draw a line of known length to set the scale"),
    Spec("frame_rate", "Correct", "Set the &frame rate…", (),
         "Give the camera's frames per second where the file does not tell them, or wrongly"),
    Spec(SEPARATOR, "Correct", ""),
    Spec("limbus", "Correct", "Redraw the &limbus", ("G",),
         "Adjust the iris's edge in the interval's first frame", "limbus", bar="Limbus"),
    Spec("region", "Correct", "Redraw the &region", ("R",),
         "Adjust the exposed cornea in the interval's first frame", "region", bar="Region"),
    Spec(SEPARATOR, "Correct", ""),
    Spec("bounds", "Correct", "Move &bounds", ("B",),
         "Drag the intervals' bounds on the timeline", "bounds", checkable=True, bar="Bounds"),
    Spec("set_start", "Correct", "Interval s&tarts here", ("[",),
         "The selected interval starts at the frame shown"),
    Spec("set_end", "Correct", "Interval &ends here", ("]",),
         "The selected interval ends at the frame shown"),
    Spec("exclude", "Correct", "E&xclude interval…", ("X",),
         "Leave the selected interval out of averages, with a reason; again: take it in",
         "exclude", bar="Exclude"),
    Spec(SEPARATOR, "Correct", ""),
    Spec("say_why", "Correct", "Say &why…", ("W",),
         "Give the selected interval's corrections a reason; it stands in the results"),
    Spec("recording", "Correct", "Subject, eye, &visit…", ("V",),
         "Say whose recording it is: subject, eye, visit, date, instrument, operator, notes"),
    Spec("reset_interval", "Correct", "Forget &corrections of interval", (),
         "Take the program's own bounds, region and limbus again"),
    Spec("play", "Play", "&Play or pause", ("K",), "Play or pause (also Space on the picture)"),
    Spec("forward", "Play", "Play &forward, faster", ("L",), "Play; again: faster"),
    Spec("backward", "Play", "Play &backward, faster", ("J",), "Play backward; again: faster"),
    Spec("next_frame", "Play", "&Next frame", ("Right",), "One frame on"),
    Spec("previous_frame", "Play", "Pre&vious frame", ("Left",), "One frame back"),
    Spec("next_ten", "Play", "Ten frames on", ("Shift+Right",), "Ten frames on"),
    Spec("previous_ten", "Play", "Ten frames back", ("Shift+Left",), "Ten frames back"),
    Spec("first_frame", "Play", "F&irst frame", ("Home",), "To the video's start"),
    Spec("last_frame", "Play", "&Last frame", ("End",), "To the video's end"),
    Spec("next_interval", "Play", "Next &interval", ("N",), "To the next interval's onset"),
    Spec("previous_interval", "Play", "Previous interval", ("P",),
         "To the previous interval's onset"),
    Spec("slower", "Play", "&Slower", ("-",), "Half the speed"),
    Spec("faster", "Play", "Fas&ter", ("+", "="), "Twice the speed"),
    Spec("overview", "View", "All videos as a &table", ("Ctrl+T",),
         "Show every interval of every video in one table", "table", checkable=True, bar="Table"),
    Spec(SEPARATOR, "View", ""),
    Spec("zoom_in", "View", "Zoom &in", ("Ctrl++", "Ctrl+="), "Zoom into the picture"),
    Spec("zoom_out", "View", "Zoom &out", ("Ctrl+-",), "Zoom out of the picture"),
    Spec("zoom_fit", "View", "&Whole picture", ("Ctrl+0",), "Show the whole picture"),
    Spec(SEPARATOR, "View", ""),
    Spec("show_region", "View", "&Region", ("1",), "Switch the region", checkable=True),
    Spec("show_limbus", "View", "Pupil and &limbus", ("2",), "Switch the ellipses",
         checkable=True),
    Spec("show_front", "View", "&Front", ("3",), "Switch the front", checkable=True),
    Spec("show_tracks", "View", "&Tracks", ("4",), "Switch the tracks", checkable=True),
    Spec("show_velocity", "View", "&Velocity field", ("5",), "Switch the arrows",
         checkable=True),
    Spec("show_breaks", "View", "Film &breaks", ("9",), "Switch the rims of film breaks",
         checkable=True),
    Spec("show_film", "View", "&Enhanced film", ("6",), "Switch the enhanced film",
         checkable=True),
    Spec("hold_still", "View", "&Hold the eye still", ("7",), "Take the eye's motion out",
         checkable=True),
    Spec(SEPARATOR, "View", ""),
    Spec("lay_over", "View", "&All intervals in the plots", ("8",),
         "Lay all intervals over each other", checkable=True),
    Spec("copy_plot", "View", "&Copy plots", ("Ctrl+Shift+C",), "Copy the plots as a picture"),
    Spec("save_plot", "View", "&Save plots…", ("Ctrl+Shift+S",),
         "Save the plots as PNG, SVG or CSV"),
    Spec("person", "Help", "Your &name…", (), "The name that stands beside your corrections"),
    Spec("shortcuts", "Help", "&Keyboard shortcuts", ("F1", "?"), "Every shortcut on one sheet"),
    Spec("guide", "Help", "&Guide", (), "How to work with the app, on one page"),
    Spec("show_log", "Help", "Show the &log", (), "Open the folder of the app's log"),
    Spec("about", "Help", "&About EasyTear", (), "Version, and where things are kept"),
)  # fmt: skip

MENUS: Final = ("File", "Edit", "Analysis", "Correct", "Play", "View", "Help")
BAR: Final = (
    ("add_videos", "open_study", "analyse", "cancel"),
    ("scale", "limbus", "region", "bounds", "exclude"),
    ("undo", "redo"),
    ("overview", "export", "napari"),
)
"""The toolbar, in the order of the work."""


class Actions(QObject):
    """The actions of one window, by name."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._by_name: dict[str, QAction] = {}
        self._icons: dict[str, str] = {}
        for spec in SPECS:
            if spec.name != SEPARATOR:
                self._make(window, spec)

    def _make(self, window: QWidget, spec: Spec) -> None:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(k) for k in spec.keys])
        action.setCheckable(spec.checkable)
        action.setStatusTip(spec.tip)
        if spec.bar:
            action.setIconText(spec.bar)
        keys = f"  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
        action.setToolTip(spec.tip + (keys if spec.keys else ""))
        self.add(spec.name, action, spec.icon)
        window.addAction(action)

    def add(self, name: str, action: QAction, icon_name: str = "") -> None:
        """Take in an action that was made elsewhere (undo and redo)."""
        self._by_name[name] = action
        if icon_name:
            self._icons[name] = icon_name

    def __getitem__(self, name: str) -> QAction:
        """Return an action."""
        return self._by_name[name]

    def enable(self, on: bool, *names: str) -> None:
        """Enable or disable actions."""
        for name in names:
            self._by_name[name].setEnabled(on)

    def set_ink(self, colour: str) -> None:
        """Draw the icons in a theme's colour."""
        for name, icon_name in self._icons.items():
            self._by_name[name].setIcon(icon(icon_name, colour))

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; return them by name."""
        menus: dict[str, QMenu] = {}
        for name in MENUS:
            menus[name] = bar.addMenu(f"&{name}")
            for spec in (s for s in SPECS if s.menu == name):
                if spec.name == SEPARATOR:
                    menus[name].addSeparator()
                else:
                    menus[name].addAction(self._by_name[spec.name])
        return menus

    def fill_bar(self, bar: QToolBar) -> None:
        """Fill the toolbar in the order of the work."""
        for position, group in enumerate(BAR):
            if position:
                bar.addSeparator()
            for name in group:
                bar.addAction(self._by_name[name])
                button = bar.widgetForAction(self._by_name[name])
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                    button.setAccessibleName(self._by_name[name].text().replace("&", ""))
                    if name == "analyse":
                        button.setObjectName("primary")

    def sheet(self) -> Iterator[tuple[str, str, str]]:
        """Yield (menu, what it does, keys) of everything that has a shortcut."""
        for spec in SPECS:
            if spec.keys:
                keys = " or ".join(
                    QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText)
                    for k in spec.keys
                )
                yield spec.menu, spec.text.replace("&", "").rstrip("…"), keys
