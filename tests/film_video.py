"""Videos that show what a built analysis tells: iris, pupil, lid, the rising film."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from easytear.results import Analysis, Fit
from easytear.video import VideoWriter
from tests.builders import (
    FPS,
    FRONT_START_MM,
    HEIGHT,
    IRIS,
    LID_Y_PX,
    MM_PER_PX,
    PUPIL,
    WIDTH,
    Law,
)


def write_film_video(path: Path, analysis: Analysis) -> Path:
    """Write the video of an analysis that `tests.builders` made."""
    yy, xx = np.mgrid[:HEIGHT, :WIDTH]
    iris = 60 + 10 * np.sin(np.arctan2(yy - IRIS.y_px, xx - IRIS.x_px) * 40)
    eye = np.where(PUPIL.ellipse().mask((HEIGHT, WIDTH)), 18.0, iris)
    grain = 55 + 14 * np.random.default_rng(1).normal(0, 1, (HEIGHT * 2, WIDTH))
    cornea = IRIS.ellipse().mask((HEIGHT, WIDTH))
    results = {result.index: result for result in analysis.summary.intervals}
    skin = np.full((HEIGHT, WIDTH), 150, np.uint8)
    with VideoWriter(path, WIDTH, HEIGHT, fps=FPS, options={"preset": "ultrafast"}) as writer:
        for row in analysis.frames.to_dict("records"):
            if row["is_blink"]:
                writer.write(skin, row["time_s"])
                continue
            still = np.where(cornea, eye, 190.0)
            fit = results[row["interval"]].spread.y
            if fit is not None:
                _spread_film(still, fit, row["time_s"], grain, cornea)
            still[int(LID_Y_PX) :] = 150
            shift = np.array([[1, 0, row["eye_dx_px"]], [0, 1, row["eye_dy_px"]]])
            picture = np.clip(still, 0, 255).astype(np.uint8)
            moved = cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
            writer.write(np.asarray(moved, np.uint8), row["time_s"])
    return path


def _spread_film(
    still: np.ndarray, fit: Fit, time_s: float, grain: np.ndarray, cornea: np.ndarray
) -> None:
    assert fit.rho_mm is not None
    assert fit.lambda_s is not None
    assert fit.onset_s is not None
    law = Law(fit.rho_mm, fit.lambda_s, fit.onset_s)
    risen = float(law.height(np.array(time_s)))
    x = np.arange(WIDTH)
    ragged = 12 * np.sin(x / 31) + 6 * np.sin(x / 9)
    edge = LID_Y_PX - (FRONT_START_MM + risen) / MM_PER_PX + ragged
    film = (np.arange(HEIGHT)[:, None] > edge) & cornea
    offset = round(risen / MM_PER_PX)
    still[film] += grain[offset : offset + HEIGHT][film]
