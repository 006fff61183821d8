"""A second, independent model of eye, film and camera: whole eyes, seen by many instruments.

It shares the law of the film's motion and the form of the truth with `easytear.simulate`, and
nothing of how things look: iris, lids, skin, lashes, lamps, film patterns, colours and camera
come from other models than there.
"""

from easytear.simulate.instruments.presets import DEVICE_SHOTS, SHOTS, make_shot, resized
from easytear.simulate.instruments.render import Recording, pictures, record
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.instruments.truth import make_truth

__all__ = [
    "DEVICE_SHOTS",
    "SHOTS",
    "Recording",
    "Shot",
    "make_shot",
    "make_truth",
    "pictures",
    "record",
    "resized",
]
