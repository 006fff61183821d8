"""Figures, the page for people, the overlay video."""

from easytear.report.deliver import deliver
from easytear.report.overlay import OVERLAY, write_overlay
from easytear.report.page import PAGE, write_report

__all__ = ["OVERLAY", "PAGE", "deliver", "write_overlay", "write_report"]
