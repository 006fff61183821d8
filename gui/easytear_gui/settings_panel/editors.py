"""One editor for each kind of setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget
from typing_extensions import override

from easytear.request.settings import SettingInfo

_WIDE = 1e9


class Editor:
    """A widget that shows and changes one value."""

    def __init__(self, widget: QWidget, show: Callable[[Any], None]) -> None:
        self.widget, self.show = widget, show


def editor_for(info: SettingInfo, changed: Callable[[Any], None]) -> Editor:
    """Return the editor of a setting; `changed(value)` when the person changes it."""
    if info.choices:
        return _choice(info, changed)
    if isinstance(info.default, bool):
        return _switch(changed)
    if isinstance(info.default, int):
        return _whole(info, changed)
    if isinstance(info.default, float):
        return _real(info, changed)
    if isinstance(info.default, tuple):
        return _numbers(info, changed)
    return _text(changed)


def _numbers(info: SettingInfo, changed: Callable[[Any], None]) -> Editor:
    """Several real numbers in one line, parted by spaces."""
    line = QLineEdit()
    low, high = info.bounds

    def read() -> None:
        try:
            values = tuple(float(part) for part in line.text().replace(",", " ").split())
        except ValueError:
            values = ()
        inside = all((low is None or v >= low) and (high is None or v <= high) for v in values)
        if len(values) == len(info.default) and inside:
            changed(values)
        else:
            line.undo()

    line.editingFinished.connect(read)
    return Editor(line, lambda value: line.setText("  ".join(f"{v:g}" for v in value)))


def _choice(info: SettingInfo, changed: Callable[[Any], None]) -> Editor:
    box = QComboBox()
    for choice in info.choices:
        box.addItem(str(choice).replace("_", " "), choice)
    box.activated.connect(lambda _: changed(box.currentData()))
    return Editor(_calm(box), lambda value: box.setCurrentIndex(box.findData(value)))


def _switch(changed: Callable[[Any], None]) -> Editor:
    box = QCheckBox()
    box.clicked.connect(lambda on: changed(bool(on)))
    return Editor(box, lambda value: box.setChecked(bool(value)))


def _whole(info: SettingInfo, changed: Callable[[Any], None]) -> Editor:
    low, high = info.bounds
    spin = QSpinBox()
    spin.setSuffix(_suffix(info))
    spin.setKeyboardTracking(False)
    spin.setRange(
        int(low) if low is not None else -int(_WIDE), int(high) if high is not None else int(_WIDE)
    )
    spin.valueChanged.connect(changed)
    return Editor(_calm(spin), lambda value: _quietly(spin, int(value)))


def _real(info: SettingInfo, changed: Callable[[Any], None]) -> Editor:
    low, high = info.bounds
    spin = QDoubleSpinBox()
    spin.setSuffix(_suffix(info))
    spin.setKeyboardTracking(False)
    spin.setDecimals(decimals_of(info))
    spin.setRange(low if low is not None else -_WIDE, high if high is not None else _WIDE)
    spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    spin.valueChanged.connect(changed)
    return Editor(_calm(spin), lambda value: _quietly(spin, float(value)))


def _text(changed: Callable[[Any], None]) -> Editor:
    line = QLineEdit()
    line.editingFinished.connect(lambda: changed(line.text() or None))
    return Editor(line, lambda value: line.setText("" if value is None else str(value)))


def decimals_of(info: SettingInfo) -> int:
    """Return how many decimals a real setting is shown with: two more than its default needs."""
    text = f"{info.default:.10f}".rstrip("0")
    return min(max(len(text.split(".")[1]) + 1, 2), 8)


def _suffix(info: SettingInfo) -> str:
    return "" if info.unit in ("-", "1", "") else f" {info.unit}"


def _quietly(spin: Any, value: float) -> None:
    spin.blockSignals(True)
    spin.setValue(value)
    spin.blockSignals(False)


class _NoWheel(QObject):
    """Lets the wheel scroll the page unless the editor has the focus."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass wheel turns on to the page."""
        turned = event.type() == QEvent.Type.Wheel
        if turned and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _calm(widget: QWidget) -> QWidget:
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_NoWheel(widget))
    return widget
