"""The dialog that sets the scale: by iris width, by a device, or by a number."""

from __future__ import annotations

import logging
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
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from easytear.base.errors import EasyTearError
from easytear.request.devices import Device
from easytear.request.devices import devices as profiles
from easytear.request.scale import MEAN_HVID_MM, SD_HVID_MM, Calibration, ScaleRequest
from easytear_gui.widgets import label

_MEAN: Final = 0
_HVID: Final = 1
_DEVICE: Final = 2
_NUMBER: Final = 3

HVID_SD_MM: Final = 0.1
"""Offered as the doubt of a measured iris width: two readings of one eye with a biometer or a
topographer differ by about so much (limits of agreement of white-to-white are 0.2 to 0.4 mm)."""


class ScaleDialog(QDialog):
    """Asks how many millimetres a pixel is.

    Parameters
    ----------
    scale : ScaleRequest
        What was decided before.
    devices : dict
        Scales of devices that the person named, by name.
    width_px : int
        Width of the video, for the field of view that is shown.
    """

    def __init__(
        self, scale: ScaleRequest, devices: dict[str, Calibration], width_px: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Set the scale")
        self._devices, self._width_px = devices, width_px
        self.ruler_asked = False
        self.choices = QButtonGroup(self)
        width, given = (None, scale) if scale.kind != "hvid" else (scale.value, None)
        self.hvid = _spin(8.0, 15.0, 2, " mm", width or MEAN_HVID_MM)
        self.hvid_sd = _doubt(2.0, 2, " mm", HVID_SD_MM if width is None else scale.sd)
        value = None if given is None else given.value
        self.number = _spin(0.0005, 0.5, 5, " mm/px", value or 0.02)
        self.number_sd = _doubt(0.05, 5, " mm/px", None if given is None else given.sd)
        self.device = QComboBox()
        for name, kept in devices.items():
            self.device.addItem(f"{name}  ({kept.mm_per_px:.5f} mm/px)", name)
        self._known = known_profiles()
        for key, profile in self._known.items():
            told = profile.scale(width_px)
            about = "no published scale" if told is None else f"{told.mm_per_px:.5f} mm/px"
            self.device.addItem(f"{profile.name}  ({about})", profile)
            self.device.setItemData(
                self.device.count() - 1, profile.note or key, Qt.ItemDataRole.ToolTipRole
            )
        self.why = QLineEdit(scale.why or "")
        self.why.setPlaceholderText("optional; it stands beside the scale in the results")
        self.why.setAccessibleName("Why this scale")
        self.result_label = label(role="hint")
        self.result_label.setWordWrap(True)
        self._arrange()
        self._choose(scale)
        self.choices.idToggled.connect(lambda *_: self._tell())
        for spin in (self.hvid, self.number, self.hvid_sd, self.number_sd):
            spin.valueChanged.connect(self._tell)
        self.device.currentIndexChanged.connect(self._tell)
        self._tell()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(10)
        grid.setHorizontalSpacing(14)
        rows = (
            (_MEAN, f"Iris of average width ({MEAN_HVID_MM:.1f} mm)", QLabel(_PEOPLE), None),
            (_HVID, "Iris width measured on this person", self.hvid, self.hvid_sd),
            (_DEVICE, "Device", self.device, None),
            (_NUMBER, "Millimetres per pixel", self.number, self.number_sd),
        )
        for row, (number, text, widget, doubt) in enumerate(rows):
            radio = QRadioButton(text)
            self.choices.addButton(radio, number)
            grid.addWidget(radio, row, 0)
            grid.addWidget(widget, row, 1, 1, 1 if doubt else 2)
            widget.setAccessibleName(text)
            if doubt is not None:
                grid.addWidget(doubt, row, 2)
                doubt.setAccessibleName(f"{text}: one standard deviation")
        grid.addWidget(QLabel("Why"), len(rows), 0)
        grid.addWidget(self.why, len(rows), 1, 1, 2)
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

    def _choose(self, scale: ScaleRequest) -> None:
        chosen = _NUMBER
        if scale.kind == "hvid":
            chosen = _MEAN if scale.value is None else _HVID
        named = self.device.findData(scale.device) if scale.device else -1
        if scale.kind == "device" and named >= 0:
            self.device.setCurrentIndex(named)
            chosen = _DEVICE
        self.choices.button(chosen).setChecked(True)

    def _ruler(self) -> None:
        self.ruler_asked = True
        self.reject()

    def _tell(self) -> None:
        chosen = self.choices.checkedId()
        for number, widgets in (
            (_HVID, (self.hvid, self.hvid_sd)),
            (_NUMBER, (self.number, self.number_sd)),
            (_DEVICE, (self.device,)),
        ):
            for widget in widgets:
                widget.setEnabled(chosen == number)
        scale, profile = self.choice(), self.device.currentData()
        if scale.kind != "hvid" and scale.value is not None:
            wide = scale.value * self._width_px
            self.result_label.setText(f"The picture is {wide:.2f} mm wide.{_share(scale)}")
        elif chosen == _DEVICE and isinstance(profile, Device):
            self.result_label.setText(
                f"No scale of {profile.name} is published: the scale follows from the iris in "
                "each video. Draw a ruler on a picture of one to know it."
            )
        else:
            text = "The scale follows from the iris in each video."
            self.result_label.setText(text + (_share(scale) if scale.value else ""))

    def choice(self) -> ScaleRequest:
        """Return what is chosen, with its reason."""
        return self._chosen().model_copy(update={"why": self.why.text().strip() or None})

    def _chosen(self) -> ScaleRequest:
        chosen = self.choices.checkedId()
        if chosen == _HVID:
            return ScaleRequest(value=_tidy(self.hvid), sd=_tidy(self.hvid_sd) or None)
        if chosen == _NUMBER:
            sd = _tidy(self.number_sd) or None
            return ScaleRequest(kind="mm_per_px", value=_tidy(self.number), sd=sd)
        named = self.device.currentData() if chosen == _DEVICE else None
        if isinstance(named, Device):
            told = named.scale(self._width_px)
            return ScaleRequest() if told is None else ScaleRequest.given(told, named.name)
        if named:
            known = self._devices[named]
            return ScaleRequest.given(known.model_copy(update={"source": "device"}), named)
        return ScaleRequest()


_PEOPLE: Final = f"± {100 * SD_HVID_MM / MEAN_HVID_MM:.1f} % per person"


def _share(scale: ScaleRequest) -> str:
    """Return in words how much doubt the scale's own standard deviation leaves."""
    if scale.value is None or scale.sd is None:
        return " Its own uncertainty is not known and will not be in the intervals."
    return f" Its own uncertainty is ± {100 * scale.sd / scale.value:.1f} %."


def _tidy(spin: QDoubleSpinBox) -> float:
    return round(spin.value(), spin.decimals())


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


def known_profiles() -> dict[str, Device]:
    """Return the instruments' profiles; none of them where a file cannot be read."""
    try:
        return profiles()
    except EasyTearError as error:
        logging.getLogger(__name__).warning("%s", error)
        return {}


def _doubt(most: float, digits: int, suffix: str, value: float | None) -> QDoubleSpinBox:
    """Return the editor of a standard deviation; its least value says that none is known."""
    spin = _spin(0.0, most, digits, suffix, value or 0.0)
    spin.setPrefix("± ")
    spin.setSpecialValueText("± unknown")
    spin.setToolTip("One standard deviation: how far repeated measurements lie apart")
    return spin


def _spin(low: float, high: float, digits: int, suffix: str, value: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(digits)
    spin.setSuffix(suffix)
    spin.setRange(low, high)
    spin.setSingleStep(10.0 ** (1 - digits))
    spin.setValue(value)
    return spin
