"""The settings panel, made from `describe_settings()`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear.base.errors import EasyTearError
from easytear.request.settings import (
    SettingInfo,
    Settings,
    describe_settings,
    dump_settings,
    load_settings,
)
from easytear.results import write_text
from easytear_gui import paths
from easytear_gui.session.document import Document
from easytear_gui.settings_panel.editors import Editor, editor_for
from easytear_gui.theme.colours import LIGHT, Colours
from easytear_gui.theme.icons import icon
from easytear_gui.widgets import label, tool_button

TITLES = {
    "video": "Video",
    "blinks": "Blinks and intervals",
    "eye": "Eye motion",
    "cornea": "Cornea",
    "enhance": "Film signal",
    "tracks": "Film tracks",
    "front": "Front",
    "spread": "Spread law",
    "thickness": "Thickness",
    "quality": "Quality",
}


class _Row(QWidget):
    """One setting: name, editor, reset, and its meaning below."""

    def __init__(self, info: SettingInfo, panel: SettingsPanel) -> None:
        super().__init__()
        self.info = info
        self.editor: Editor = editor_for(info, lambda v: panel.set_value(info, v))
        title = QLabel(info.label)
        self.reset = tool_button(tip=f"Reset to {_shown(info.default)} {info.unit}".strip(" -"))
        self.reset.setAccessibleName(f"Reset {title.text()}")
        self.reset.setIconSize(QSize(14, 14))
        self.reset.clicked.connect(lambda: panel.set_value(info, info.default))
        meaning = label(f"{info.description} {_range(info)}".strip(), "hint", wrap=True)
        widget = self.editor.widget
        widget.setAccessibleName(f"{TITLES.get(info.group, info.group)}: {title.text()}")
        widget.setAccessibleDescription(meaning.text())
        widget.setToolTip(meaning.text())
        widget.setMinimumWidth(118)
        title.setBuddy(widget)
        line = QHBoxLayout()
        line.addWidget(title, 1)
        line.addWidget(widget)
        line.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 6)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(meaning)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        self.editor.show(value)
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.reset.setVisible(value != self.info.default)

    def matches(self, text: str, advanced: bool) -> bool:
        """Return whether the row is to be seen."""
        if self.info.advanced and not advanced and not text:
            return False
        own = (
            f"{self.info.group} {self.info.name} {self.info.label} {self.info.description}".replace(
                "_", " "
            )
        )
        return all(word in own.lower() for word in text.lower().split())


class SettingsPanel(QWidget):
    """Every setting, grouped by stage in the order of the work.

    Signals
    -------
    preview_asked : show on the open video what the settings would change
    apply_asked(everywhere) : analyse the open video, or all videos, with the settings
    """

    preview_asked = Signal()
    apply_asked = Signal(bool)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a setting")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find a setting")
        self.advanced = QCheckBox("All")
        self.advanced.setToolTip("Show settings that are seldom needed too")
        self.presets = QComboBox()
        self.presets.setToolTip("Presets: sets of settings")
        self.presets.setAccessibleName("Presets")
        self.preview = QPushButton("Preview")
        self.preview.setToolTip("Try these settings on the interval shown, without keeping results")
        self.apply_one = QPushButton("Apply to this video")
        self.apply_one.setToolTip("Analyse the open video with these settings")
        self.apply_all = QPushButton("Apply to all")
        self.apply_all.setToolTip("Analyse every video whose results were made with others")
        self.applied = label(role="hint", wrap=True)
        self.rows: list[_Row] = []
        self._colours = LIGHT
        self._heads: list[tuple[QLabel, list[_Row]]] = []
        self._arrange()
        self.search.textChanged.connect(self._filter)
        self.advanced.toggled.connect(self._filter)
        self.presets.activated.connect(self._preset_chosen)
        self.preview.clicked.connect(self.preview_asked)
        document.settings_changed.connect(self.show_settings)
        self.apply_one.clicked.connect(lambda: self.apply_asked.emit(False))
        self.apply_all.clicked.connect(lambda: self.apply_asked.emit(True))
        self.fill_presets()
        self.offer(False, 0)

    # --- building ------------------------------------------------------------------------
    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.presets, 1)
        top.addWidget(self.preview)
        second = QHBoxLayout()
        second.addWidget(self.search, 1)
        second.addWidget(self.advanced)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setObjectName("plain")
        area.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        for line in (top, second):
            line.setContentsMargins(14, 0, 14, 0)
            layout.addLayout(line)
        layout.addWidget(area, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 6, 14, 8)
        foot.addWidget(self.applied, 1)
        foot.addWidget(self.apply_one)
        foot.addWidget(self.apply_all)
        layout.addLayout(foot)

    def offer(self, here: bool, count: int) -> None:
        """Say where these settings could be applied: in the open video, in how many in all."""
        self.apply_one.setEnabled(here)
        self.apply_all.setEnabled(count > 0)
        self.apply_all.setText(f"Apply to all ({count})" if count else "Apply to all")
        self.applied.setText(
            "Not in the results until they are applied."
            if count
            else "No results wait for other settings."
        )

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.build()
        super().showEvent(event)

    def build(self) -> None:
        """Make the rows, once: the window opens sooner without them."""
        if self.rows:
            return
        body = QWidget()
        body.setObjectName("plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 4, 14, 14)
        column.setSpacing(2)
        group = ""
        for info in describe_settings():
            if info.group != group:
                group = info.group
                head = label(TITLES.get(group, group.capitalize()), "title")
                head.setContentsMargins(0, 12, 0, 2)
                column.addWidget(head)
                self._heads.append((head, []))
            row = _Row(info, self)
            self.rows.append(row)
            self._heads[-1][1].append(row)
            column.addWidget(row)
        column.addStretch(1)
        self._area.setWidget(body)
        self.set_colours(self._colours)
        self.show_settings()
        self._filter()

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self._colours = colours
        for row in self.rows:
            row.reset.setIcon(icon("reset", colours.muted))

    # --- values --------------------------------------------------------------------------
    def show_settings(self) -> None:
        """Show the session's settings."""
        values = self._document.session.settings
        for row in self.rows:
            row.show_value(getattr(getattr(values, row.info.group), row.info.name))
        self._name_preset()

    def set_value(self, info: SettingInfo, value: Any) -> None:
        """Change one setting in the session."""
        session = self._document.session
        group = getattr(session.settings, info.group)
        try:
            changed = type(group).model_validate({**group.model_dump(), info.name: value})
        except ValidationError:
            self.show_settings()
            return
        settings = session.settings.model_copy(update={info.group: changed})
        self._set(settings, f"set {info.label}", f"{info.group}.{info.name}")

    def _set(self, settings: Settings, text: str, merge: str | None = None) -> None:
        after = self._document.session.model_copy(update={"settings": settings})
        self._document.change(text, after, merge)

    def _filter(self) -> None:
        text, advanced = self.search.text(), self.advanced.isChecked()
        for head, rows in self._heads:
            shown = [row.matches(text, advanced) for row in rows]
            for row, on in zip(rows, shown, strict=True):
                row.setVisible(on)
            head.setVisible(any(shown))

    # --- presets -------------------------------------------------------------------------
    def fill_presets(self) -> None:
        """List the presets."""
        self.presets.clear()
        self.presets.addItem("Defaults", "defaults")
        for file in sorted(paths.presets_folder().glob("*.toml")):
            self.presets.addItem(file.stem, str(file))
        self.presets.insertSeparator(self.presets.count())
        self.presets.addItem("Keep as preset…", "keep")
        self.presets.addItem("Load from file…", "load")
        self.presets.addItem("Save to file…", "save")
        self._name_preset()

    def _name_preset(self) -> None:
        """Show the preset that equals the settings, or that none does."""
        current = self._document.session.settings
        for position in range(self.presets.count()):
            data = self.presets.itemData(position)
            if data in (None, "keep", "load", "save"):
                continue
            try:
                same = (Settings() if data == "defaults" else load_settings(Path(data))) == current
            except EasyTearError:
                continue
            if same:
                self.presets.setCurrentIndex(position)
                return
        self.presets.setPlaceholderText("Own settings")
        self.presets.setCurrentIndex(-1)

    def _preset_chosen(self, position: int) -> None:
        data = self.presets.itemData(position)
        if data == "defaults":
            self._set(Settings(), "set defaults")
        elif data == "keep":
            self._ask_keep()
        elif data == "load":
            self._ask_load()
        elif data == "save":
            self._ask_save()
        elif data:
            self.load(Path(data))
        self._name_preset()

    def load(self, file: Path) -> None:
        """Take over the settings of a TOML file."""
        try:
            self._set(load_settings(file), f"load {file.name}")
        except EasyTearError as error:
            QMessageBox(QMessageBox.Icon.Warning, "Settings", str(error), parent=self).open()

    def save(self, file: Path) -> None:
        """Write the settings as a TOML file for the command line."""
        try:
            write_text(file, dump_settings(self._document.session.settings))
        except OSError as error:
            text = f"{file}: cannot be written ({error.strerror})."
            QMessageBox(QMessageBox.Icon.Warning, "Settings", text, parent=self).open()

    def _ask_keep(self) -> None:
        name, ok = QInputDialog.getText(self, "Keep as preset", "Name of the preset")
        name = "".join(c for c in name.strip() if c.isalnum() or c in " -_")
        if ok and name:
            self.save(paths.presets_folder() / f"{name}.toml")
            self.fill_presets()

    def _ask_load(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Load settings", "", "Settings (*.toml)")
        if file:
            self.load(Path(file))

    def _ask_save(self) -> None:
        file, _ = QFileDialog.getSaveFileName(
            self, "Save settings", "easytear.toml", "Settings (*.toml)"
        )
        if file:
            self.save(Path(file))


def _range(info: SettingInfo) -> str:
    unit = "" if info.unit in ("-", "1") else f" {info.unit}"
    low, high = info.bounds
    if low is None and high is None:
        return ""
    if low is None:
        return f"(at most {high:g}{unit})"
    return f"({low:g} to {high:g}{unit})" if high is not None else f"(at least {low:g}{unit})"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
