"""A camera's colours from a grey target; what tells none is refused with a reason."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.measure.colours import ColourError, camera_colours
from easytear.request.devices import load

EXPOSURES = [1.0, 1.8, 3.2, 6.0, 9.0]


def shots(
    gamma: float, balance: tuple[float, float, float], light: float = 0.06, seed: int = 0
) -> list[np.ndarray]:
    """Blue-green-red pictures of a grey card under a lamp that falls off, with noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:90j, -1:1:120j]
    lamp = 1.0 - 0.15 * (x**2 + y**2)
    made = []
    for exposure in EXPOSURES:
        linear = light * exposure * lamp[..., None] * np.array(balance[::-1])
        grey = 255.0 * np.clip(linear, 0, 1) ** (1 / gamma) + rng.normal(0, 2.0, (90, 120, 3))
        made.append(np.clip(np.round(grey), 0, 255).astype(np.uint8))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_gamma_and_white_balance_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gamma = float(rng.uniform(1.4, 2.6))
    balance = rng.uniform(0.7, 1.4, 3)
    balance /= balance.mean()
    found = camera_colours(shots(gamma, tuple(balance), seed=seed), EXPOSURES)
    assert found.gamma == pytest.approx(gamma, abs=0.05)
    assert found.white_balance == pytest.approx(balance, rel=0.02)
    assert 0.6 < found.uniformity < 0.95
    assert abs(found.gamma - gamma) < 6 * found.gamma_sd + 0.01


def test_what_tells_nothing_is_refused_with_its_reason() -> None:
    good = shots(2.2, (1.0, 1.0, 1.0))
    with pytest.raises(ColourError, match="clipped"):
        camera_colours(shots(2.2, (1.0, 1.0, 1.0), light=0.2), EXPOSURES)
    with pytest.raises(ColourError, match="automatic exposure"):
        camera_colours([good[2]] * 5, EXPOSURES)
    with pytest.raises(ColourError, match="at least 4"):
        camera_colours(good[:3], EXPOSURES[:3])
    with pytest.raises(ColourError, match="4 times"):
        camera_colours(good, [1.0, 1.1, 1.2, 1.3, 1.4])
    warm = [
        np.clip(one * np.array([1 - 0.03 * k, 1.0, 1 + 0.02 * k]), 0, 255).astype(np.uint8)
        for k, one in enumerate(good)
    ]
    with pytest.raises(ColourError, match="white balance"):
        camera_colours(warm, EXPOSURES)
    shuffled = [good[k] for k in (0, 3, 1, 4, 2)]
    with pytest.raises(ColourError):
        camera_colours(shuffled, EXPOSURES)


def test_the_command_writes_a_profile_that_analyses_use(tmp_path: Path) -> None:
    from easytear.cli.asking import Asked
    from easytear.request.request import Request

    files = []
    for k, picture in enumerate(shots(2.0, (1.2, 1.0, 0.8))):
        files.append(tmp_path / f"grey{k}.png")
        cv2.imwrite(str(files[-1]), picture)
    profile = tmp_path / "mine.toml"
    call = ["calibrate", *map(str, files), "--exposures", "1,1.8,3.2,6,9"]
    done = CliRunner().invoke(app, [*call, "--device", "mine", "-o", str(profile)])
    assert done.exit_code == 0, done.output + str(done.exception)
    assert "gamma 2.0" in done.stdout or "gamma 1.99" in done.stdout
    found = load(profile)
    asked = Asked(device=str(profile)).with_device(Request(), found, 640)
    assert asked.settings.thickness.calibrated
    assert asked.settings.thickness.gamma == pytest.approx(2.0, abs=0.05)
    assert asked.settings.thickness.white_balance == pytest.approx((1.2, 1.0, 0.8), rel=0.02)
    wrong = CliRunner().invoke(app, [*call[:-1], "1,2", "--device", "mine", "-o", str(profile)])
    assert wrong.exit_code == 1
    assert "5 pictures and 2 exposures" in str(wrong.exception)
