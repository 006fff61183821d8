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
        self.bar.setValue(round(1000 * (share or 0.0)))
        names = tuple(actions or ())
        if self._said != (kind, names):
            self._said = (kind, names)
            self._rebuild(actions or {})
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(bool(text))

    def _rebuild(self, actions: Mapping[str, Callable[[], object]]) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for text, call in actions.items():
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, c=call: c())
            self._row.addWidget(button)
            self._buttons.append(button)
