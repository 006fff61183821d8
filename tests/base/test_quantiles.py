"""Quantiles and medians: the same last digit as numpy's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from easytear.base.quantiles import grey_quantiles, median, median_of_stack, quantile

FINITE = st.floats(-1e6, 1e6)


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 40), elements=FINITE), st.floats(0.0, 1.0))
def test_few_numbers(values, share):
    assert median(values) == np.median(values)
    assert quantile(values, share) == np.quantile(values, share)


@settings(deadline=None)
@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=4), elements=st.floats(0, 255, width=32))
)
def test_across_pictures(stack):
    np.testing.assert_array_equal(median_of_stack(stack), np.median(stack, axis=0))


@settings(deadline=None)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2)), st.floats(0.0, 1.0))
def test_grey_pictures(picture, share):
    where = picture >= np.median(picture)
    assert grey_quantiles(picture, (share, 0.5)) == np.quantile(picture, [share, 0.5]).tolist()
    assert grey_quantiles(picture, (share,), where) == [np.quantile(picture[where], share)]
