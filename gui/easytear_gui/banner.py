"""A line over the player that says what happened and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from easytear_gui.widgets import label

Kind = Literal["note", "bad", "work"]


class Banner(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.text = label(wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximum(1000)
        self.bar.setFixedWidth(150)
        self.bar.setAccessibleName("Progress of the analysis")
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 6, 8, 6)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.bar)
        self._said: tuple[object, ...] = ()
        self._calls: dict[str, Callable[[], object]] = {}
        self.hide()

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """The buttons shown, by their text."""
        return {b.text(): b for b in self._buttons}

    def say(
        self,
        text: str,
        kind: Kind = "note",
        actions: Mapping[str, Callable[[], object]] | None = None,
        share: float | None = None,
    ) -> None:
        """Say something; "" says nothing."""
        self.text.setText(text)
        self.bar.setVisible(share is not None)
        self.bar.setMaximum(1000 if share else 0)  # without a length it moves to and fro
        self.bar.setValue(round(1000 * (share or 0.0)))
        self._calls = dict(actions or {})
        names = tuple(self._calls)
        if self._said != (kind, names):
            self._said = (kind, names)
            self._rebuild()
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(bool(text))

    def _rebuild(self) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for text in self._calls:
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, t=text: self._calls[t]())
            self._row.addWidget(button)
            self._buttons.append(button)
