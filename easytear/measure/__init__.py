"""From observations to numbers: the spread law, motion, area, texture, quality.

Pure functions on arrays. `film.measure_film` fits everything about the spread; the others
(`area`, `velocity`, `streak`, `thickness`, `quality`) take what it gives.
"""
