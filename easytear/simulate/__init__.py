"""An eye with known truth: scenes, videos made from them, and what is exactly true of them."""

from easytear.simulate.presets import PRESETS, make_scene
from easytear.simulate.render import Renderer, render_frames, simulate
from easytear.simulate.scene import Scene
from easytear.simulate.truth import Truth
from easytear.simulate.truth_records import Law, TrueBlink, TrueInterval
from easytear.simulate.truth_scene import make_truth

__all__ = [
    "PRESETS",
    "Law",
    "Renderer",
    "Scene",
    "TrueBlink",
    "TrueInterval",
    "Truth",
    "make_scene",
    "make_truth",
    "render_frames",
    "simulate",
]
