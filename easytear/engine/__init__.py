"""The only room that knows all the others: a video in, its analysis out."""

from easytear.engine.analyze import analyze, analyze_into
from easytear.engine.remeasure import remeasure

__all__ = ["analyze", "analyze_into", "remeasure"]
