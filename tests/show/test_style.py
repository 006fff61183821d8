"""Figures have our style, whatever a file in the current folder says."""

import matplotlib

from easytear.show.style import own_style


def test_a_style_that_lies_about_is_not_drawn_in() -> None:
    with matplotlib.rc_context({"text.usetex": True, "font.size": 40.0, "axes.linewidth": 9.0}):
        with own_style({"axes.linewidth": 0.7}):
            assert not matplotlib.rcParams["text.usetex"]
            assert matplotlib.rcParams["font.size"] == 10.0
            assert matplotlib.rcParams["axes.linewidth"] == 0.7
        assert matplotlib.rcParams["font.size"] == 40.0
