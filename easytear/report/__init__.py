"""Figures, the page, the overlay video."""
