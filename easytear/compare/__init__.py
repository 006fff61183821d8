"""Two results side by side: two visits of one eye, two eyes, before and after."""

from easytear.compare.compare import compare
from easytear.compare.page import PAGE, summary_lines, write_comparison
from easytear.compare.records import Comparison, Contrast
from easytear.compare.side_by_side import write_side_by_side

__all__ = [
    "PAGE",
    "Comparison",
    "Contrast",
    "compare",
    "summary_lines",
    "write_comparison",
    "write_side_by_side",
]
