import numpy as np

from easytear.show.curves import band, law
from tests.builders import Law


def test_the_curve_is_the_law() -> None:
    truth = Law(2.5, 0.8, 1.0, 0.05)
    time_s = np.linspace(0, 6, 100)
    np.testing.assert_allclose(law(truth.fit(), time_s), truth.height(time_s), atol=1e-12)


def test_the_band_holds_the_curve_and_agrees_with_the_intervals() -> None:
    fit = Law(2.5, 0.8, 1.0).fit(spread=0.05)
    time_s = np.linspace(0, 30, 400)
    edges, curve = band(fit, time_s), law(fit, time_s)
    assert edges is not None
    assert curve is not None
    low, high = edges
    assert (low[time_s < 1.0] == 0).all()
    after = time_s > 1.01
    assert (low[after] < curve[after]).all()
    assert (high[after] > curve[after]).all()
    assert fit.rho_mm_ci95[0] is not None
    assert fit.rho_mm_ci95[1] is not None
    width = fit.rho_mm_ci95[1] - fit.rho_mm_ci95[0]
    np.testing.assert_allclose((high - low)[-1], width, rtol=0.15)


def test_no_band_without_intervals() -> None:
    fit = Law().fit().model_copy(update={"lambda_s_ci95": (None, None)})
    assert band(fit, np.linspace(0, 1, 5)) is None
    assert law(fit.model_copy(update={"rho_mm": None}), np.linspace(0, 1, 5)) is None
