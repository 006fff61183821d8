"""Agreement between program and people, and between people."""

from easytear.annotate.agreement.compare import Comparison, compare
from easytear.annotate.agreement.page import write_agreement
from easytear.annotate.agreement.records import PROGRAM, Agreement

__all__ = ["PROGRAM", "Agreement", "Comparison", "compare", "write_agreement"]
