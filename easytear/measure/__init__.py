"""From observations to numbers: spread law, area, velocity, thickness, quality."""
