"""Curves as they are drawn."""

import numpy as np
from easytear_gui.plots.curves import Curve


def test_frames_that_nobody_looked_at_do_not_break_a_line_but_long_gaps_do():
    time_s = np.arange(30) / 30.0
    value = np.where(np.arange(30) % 4 == 0, time_s, np.nan)
    value[9:22] = np.nan
    none = np.empty(0)
    x, y = Curve(0, time_s, value, 0.0, none, none, none, none).line()
    assert np.isnan(y).sum() == 1
    assert y[np.isfinite(y)].tolist() == value[np.isfinite(value)].tolist()
    assert np.isnan(x[np.isnan(y)]).all()
