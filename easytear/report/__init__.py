"""Figures, the page for people, the overlay video."""

from easytear.report.page import write_report

__all__ = ["write_report"]
