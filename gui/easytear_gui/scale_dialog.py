"""The dialog that sets the scale: by iris width, by a device, or by a number."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from easytear.base.errors import EasyTearError
from easytear.request.devices import Device
from easytear.request.devices import devices as profiles
from easytear.request.scale import MEAN_HVID_MM, Calibration
from easytear_gui.session.model import Decisions
from easytear_gui.widgets import label


@dataclass(frozen=True)
class ScaleChoice:
    """What the person chose: a calibration, an iris width, or (both None) the mean iris."""

    calibration: Calibration | None
    hvid_mm: float | None


_MEAN: Final = 0
_HVID: Final = 1
_DEVICE: Final = 2
_NUMBER: Final = 3


class ScaleDialog(QDialog):
    """Asks how many millimetres a pixel is.

    Parameters
    ----------
    decisions : Decisions
        What was decided before.
    devices : dict
        Millimetres per pixel of devices that the person named, by name.
    width_px : int
        Width of the video, for the field of view that is shown.
    """

    def __init__(
        self, decisions: Decisions, devices: dict[str, float], width_px: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Set the scale")
        self._devices, self._width_px = devices, width_px
        self.ruler_asked = False
        self.choices = QButtonGroup(self)
        self.hvid = _spin(8.0, 15.0, 2, " mm", decisions.hvid_mm or MEAN_HVID_MM)
        self.number = _spin(0.0005, 0.5, 5, " mm/px", _known(decisions) or 0.02)
        self.device = QComboBox()
        for name, value in devices.items():
            self.device.addItem(f"{name}  ({value:.5f} mm/px)", name)
        self._profiles = _profiles()
        for key, profile in self._profiles.items():
            scale = profile.scale(width_px)
            about = "no published scale" if scale is None else f"{scale.mm_per_px:.5f} mm/px"
            self.device.addItem(f"{profile.name}  ({about})", profile)
            self.device.setItemData(
                self.device.count() - 1, profile.note or key, Qt.ItemDataRole.ToolTipRole
            )
        self.result_label = label(role="hint")
        self.result_label.setWordWrap(True)
        self._arrange()
        self._choose(decisions)
        self.choices.idToggled.connect(lambda *_: self._tell())
        for spin in (self.hvid, self.number):
            spin.valueChanged.connect(self._tell)
        self.device.currentIndexChanged.connect(self._tell)
        self._tell()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(10)
        grid.setHorizontalSpacing(14)
        rows = (
            (_MEAN, f"Iris of average width ({MEAN_HVID_MM:.1f} mm)", QLabel("± 3.6 % per person")),
            (_HVID, "Iris width measured on this person", self.hvid),
            (_DEVICE, "Device", self.device),
            (_NUMBER, "Millimetres per pixel", self.number),
        )
        for row, (number, text, widget) in enumerate(rows):
            radio = QRadioButton(text)
            self.choices.addButton(radio, number)
            grid.addWidget(radio, row, 0)
            grid.addWidget(widget, row, 1)
            widget.setAccessibleName(text)
        if self.device.count() == 0:
            self.choices.button(_DEVICE).setEnabled(False)
            self.device.setEnabled(False)
            self.device.setPlaceholderText("none kept yet: use Draw a ruler")
        ruler = QPushButton("Draw a ruler…")
        ruler.setToolTip("Draw a line of known length on the picture")
        ruler.clicked.connect(self._ruler)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.addButton(ruler, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.setContentsMargins(22, 20, 22, 16)
        layout.addLayout(grid)
        layout.addWidget(self.result_label)
        layout.addWidget(buttons)

    def _choose(self, decisions: Decisions) -> None:
        chosen = _MEAN
        if decisions.calibration is not None:
            chosen = _NUMBER
        elif decisions.hvid_mm is not None:
            chosen = _HVID
        self.choices.button(chosen).setChecked(True)

    def _ruler(self) -> None:
        self.ruler_asked = True
        self.reject()

    def _tell(self) -> None:
        chosen = self.choices.checkedId()
        self.hvid.setEnabled(chosen == _HVID)
        self.number.setEnabled(chosen == _NUMBER)
        self.device.setEnabled(chosen == _DEVICE)
        calibration = self.choice().calibration
        profile = self.device.currentData()
        if calibration is None and chosen == _DEVICE and isinstance(profile, Device):
            self.result_label.setText(
                f"No scale of {profile.name} is published: the scale follows from the iris in "
                "each video. Draw a ruler on a picture of one to know it."
            )
        elif calibration is None:
            self.result_label.setText("The scale follows from the iris in each video.")
        else:
            wide = calibration.mm_per_px * self._width_px
            self.result_label.setText(f"The picture is {wide:.2f} mm wide.")

    def choice(self) -> ScaleChoice:
        """Return what is chosen."""
        chosen = self.choices.checkedId()
        if chosen == _HVID:
            return ScaleChoice(None, self.hvid.value())
        if chosen == _DEVICE:
            named = self.device.currentData()
            if isinstance(named, Device):
                return ScaleChoice(named.scale(self._width_px), None)
            if named:
                value = self._devices[named]
                return ScaleChoice(Calibration(mm_per_px=value, source="device"), None)
        if chosen == _NUMBER:
            calibration = Calibration(mm_per_px=self.number.value(), source="user")
            return ScaleChoice(calibration, None)
        return ScaleChoice(None, None)


class RulerDialog(QDialog):
    """Asks how long the drawn line is, and whether to keep the device."""

    def __init__(self, length_px: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Length of the line")
        self.length = _spin(0.05, 100.0, 2, " mm", 10.0)
        self.length.setAccessibleName("Length of the line in millimetres")
        self.device = QComboBox()
        self.device.setEditable(True)
        self.device.setAccessibleName("Name of the device")
        self.device.setPlaceholderText("name of the device (optional)")
        self._length_px = length_px
        text = QLabel(f"The line is {length_px:.1f} pixels long. How long is it in truth?")
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.setContentsMargins(22, 20, 22, 16)
        for widget in (text, self.length, QLabel("Keep the scale for other videos of"),
                       self.device, buttons):  # fmt: skip
            layout.addWidget(widget)
        self.length.selectAll()

    def calibration(self) -> Calibration:
        """Return the scale of the line; each end is placed to within a pixel."""
        mm_per_px = self.length.value() / self._length_px
        sd = mm_per_px * 2**0.5 / self._length_px
        return Calibration(mm_per_px=mm_per_px, mm_per_px_sd=sd, source="user")

    def device_name(self) -> str:
        """Return the device's name, "" for none."""
        return self.device.currentText().strip()


def _profiles() -> dict[str, Device]:
    """Return the instruments' profiles; none of them where a file cannot be read."""
    try:
        return profiles()
    except EasyTearError as error:
        logging.getLogger(__name__).warning("%s", error)
        return {}


def _known(decisions: Decisions) -> float | None:
    return decisions.calibration.mm_per_px if decisions.calibration is not None else None


def _spin(low: float, high: float, digits: int, suffix: str, value: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(digits)
    spin.setSuffix(suffix)
    spin.setRange(low, high)
    spin.setSingleStep(10.0 ** (1 - digits))
    spin.setValue(value)
    return spin
