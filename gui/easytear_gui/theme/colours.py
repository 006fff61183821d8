"""The app's surfaces and inks, light and dark. Data colours are in `easytear.show.palette`."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from easytear.show.quality import quality_word


@dataclass(frozen=True)
class Colours:
    """One theme's colours as #rrggbb."""

    name: str
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    hover: str
    canvas: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    good: str
    grid: str

    def quality(self, score: float) -> str:
        """Return the ink of a quality score: that of its word, see `show.quality`."""
        by = {"good": self.good, "fair": self.warning, "low": self.danger}
        return by[quality_word(score)]


LIGHT = Colours(
    name="light",
    window="#F3F5F8",
    panel="#FFFFFF",
    raised="#FAFBFC",
    border="#D5DAE1",
    text="#1C2430",
    muted="#586474",
    accent="#0067A3",
    accent_soft="#DDEBF5",
    on_accent="#FFFFFF",
    hover="#E8EDF3",
    canvas="#14171C",
    warning="#8A5A00",
    warning_soft="#FFF3D6",
    danger="#A33D00",
    danger_soft="#FCE6DB",
    good="#00734F",
    grid="#C9D0D9",
)

DARK = Colours(
    name="dark",
    window="#191D23",
    panel="#20252C",
    raised="#262C35",
    border="#363E4A",
    text="#E7EAEF",
    muted="#9CA7B6",
    accent="#5BB3E6",
    accent_soft="#223B4D",
    on_accent="#0E1419",
    hover="#2D343F",
    canvas="#0F1216",
    warning="#F0B74A",
    warning_soft="#3B3120",
    danger="#F08A55",
    danger_soft="#40291F",
    good="#3CC79A",
    grid="#3A424E",
)


def qt_palette(colours: Colours) -> QPalette:
    """Return the Qt palette of a theme, for everything that the style sheet does not name."""
    role = QPalette.ColorRole
    palette = QPalette()
    pairs = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.panel,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.Button: colours.panel,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.PlaceholderText: colours.muted,
        role.Light: colours.raised,
        role.Midlight: colours.hover,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Shadow: colours.border,
        role.Accent: colours.accent,
    }
    for key, value in pairs.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(colours.muted)
        faded.setAlphaF(0.65)
        palette.setColor(QPalette.ColorGroup.Disabled, key, faded)
    return palette
