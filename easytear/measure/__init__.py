"""From observations to numbers: the spread law, motion, area, texture, quality.

Pure functions on arrays. `measure_film` fits everything about the spread; the others take what
it gives.
"""

from easytear.measure.area import AreaOverTime, area_over_time, measure_area
from easytear.measure.film import FilmSpread, measure_film
from easytear.measure.quality import assess_quality
from easytear.measure.streak import streak_angle_deg
from easytear.measure.velocity import measure_velocity, stabilization_s

__all__ = [
    "AreaOverTime",
    "FilmSpread",
    "area_over_time",
    "assess_quality",
    "measure_area",
    "measure_film",
    "measure_velocity",
    "stabilization_s",
    "streak_angle_deg",
]
