"""Every figure is drawn from a table of scores, and none where there is nothing to draw."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.figures import by_scene, claimed_and_observed, quality_and_error
from benchmarks.score import LEVELS


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    error = rng.normal(0.0, 0.02, 40)
    return pd.DataFrame(
        {
            "scene": ["fast", "slow"] * 20,
            "seed": np.arange(40),
            "quality": 1.0 - np.abs(error) * 10,
            "lambda_error": error,
            "lambda_ci_sd": rng.normal(0.0, 1.0, 40),
            "track_held": [list(LEVELS)] * 40,
        }
    )


def _ink(png: bytes | None) -> float:
    """Return the share of a picture that is not white."""
    assert png is not None
    return float((np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 250).mean())


def test_figures_have_something_in_them(table: pd.DataFrame) -> None:
    other = table.assign(lambda_error=0.5)
    assert _ink(by_scene({"easytear": table, "original": other, "new": other})) > 0.01
    assert _ink(claimed_and_observed(table)) > 0.01
    assert _ink(quality_and_error(table)) > 0.01


def test_nothing_to_draw_is_no_figure(table: pd.DataFrame) -> None:
    bare = table[["scene", "seed"]]
    assert claimed_and_observed(bare) is None
    assert quality_and_error(bare) is None
