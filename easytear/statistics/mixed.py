"""Mixed-effects models with variance components nested in subjects, by REML.

What is fitted is y = X b + sum_k Z_k u_k + e, where the levels of each random factor k lie within
subjects, so that the covariance is block diagonal: V_i = s_e^2 I + sum_k s_k^2 K_ki. statsmodels
fits the same model to the same digits in fifty times the time, and gives normal intervals, which
do not hold for few subjects; here the degrees of freedom are Satterthwaite's (Giesbrecht and Burns
1985; several degrees: Fai and Cornelius 1996), as in R's lmerTest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from easytear.base.geometry import FloatArray
from easytear.statistics.icc import Interval

RESIDUAL: Final = "rest"
MOST_STEPS: Final = 100
SETTLED: Final = 1e-10
"""Relative change of the criterion below which one more step changes no digit."""


@dataclass(frozen=True)
class Mixed:
    """A fitted model.

    Attributes
    ----------
    coefficients : ndarray, shape (p,)
        Fixed effects.
    covariance : ndarray, shape (p, p)
        Theirs.
    variances : dict
        Variance of each random factor, and of what is left (`RESIDUAL`).
    dropped : tuple of str
        Factors that these data cannot tell from others, in the order given.
    criterion : float
        The restricted log-likelihood.
    converged : bool
        Whether the steps came to rest.
    """

    coefficients: FloatArray
    covariance: FloatArray
    variances: dict[str, float]
    dropped: tuple[str, ...]
    criterion: float
    converged: bool
    _slopes: FloatArray
    _information: FloatArray

    def contrast(self, weights: FloatArray, tests: int = 1) -> tuple[Interval, float, float]:
        """Return a linear combination with its 95 % interval, p, and degrees of freedom.

        With several `tests` the interval holds for all of them together (Bonferroni); p does not
        change.
        """
        value = float(weights @ self.coefficients)
        variance = float(weights @ self.covariance @ weights)
        df = self._df(weights)
        se = np.sqrt(variance)
        wide = float(stats.t.ppf(1 - 0.025 / tests, df)) * se
        return (
            Interval(value, value - wide, value + wide),
            float(2 * stats.t.sf(abs(value) / se, df)),
            df,
        )

    def _df(self, weights: FloatArray) -> float:
        variance = float(weights @ self.covariance @ weights)
        slope = np.einsum("i,kij,j->k", weights, self._slopes, weights)
        spread = float(slope @ np.linalg.pinv(self._information, hermitian=True) @ slope)
        return 2 * variance**2 / spread

    def all_zero_p(self, contrasts: FloatArray) -> float:
        """Return p of the hypothesis that all these contrasts (rows) are zero."""
        roots, axes = np.linalg.eigh(contrasts @ self.covariance @ contrasts.T)
        rows = axes.T @ contrasts
        f = float(np.mean((rows @ self.coefficients) ** 2 / roots))
        each = np.array([self._df(row) for row in rows])
        sums = float((each[each > 2] / (each[each > 2] - 2)).sum())
        q = len(rows)
        df = 2 * sums / (sums - q) if sums > q else float(each.min())
        return float(stats.f.sf(f, q, df))


@dataclass(frozen=True)
class _Blocks:
    """Data padded to subjects of equal size: `there` is zero where a row is padding."""

    y: FloatArray
    x: FloatArray
    kernels: FloatArray
    there: FloatArray


def fit(
    y: FloatArray, x: FloatArray, subject: Sequence[object], factors: Mapping[str, Sequence[object]]
) -> Mixed | None:
    """Fit a model by REML.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Values.
    x : ndarray, shape (n, p)
        Fixed effects, of full rank.
    subject : sequence, length n
        Whose value it is.
    factors : mapping of name to sequence of length n
        Random factors by the labels of their levels; equal labels of different subjects are
        different levels. A factor of one label is the subject itself.

    Returns
    -------
    Mixed or None
        None where there are no more values than fixed effects, or nothing varies.
    """
    n, p = x.shape
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0] if n > p else np.zeros(n)
    if n <= p or float(rest @ rest) <= 1e-18 * max(1.0, float(y @ y)):
        return None
    blocks, names, dropped = _blocks(y, x, subject, factors)
    scale = float(rest @ rest) / (n - p)
    variances: FloatArray = np.full(len(names), scale / len(names))
    state = _state(blocks, variances)
    converged = False
    for _ in range(MOST_STEPS):
        moved = _step(blocks, variances, state, scale)
        if moved is None:
            converged = True
            break
        gain = moved[1].criterion - state.criterion
        variances, state = moved
        if gain < SETTLED * max(1.0, abs(state.criterion)):
            converged = True
            break
    free = variances > 0
    return Mixed(
        state.b,
        state.c,
        dict(zip(names, variances.tolist(), strict=True)),
        dropped,
        state.criterion,
        converged,
        state.slopes[free],
        state.information[np.ix_(free, free)],
    )


def _blocks(
    y: FloatArray, x: FloatArray, subject: Sequence[object], factors: Mapping[str, Sequence[object]]
) -> tuple[_Blocks, list[str], tuple[str, ...]]:
    codes = np.unique(np.asarray(subject, str), return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    place = np.arange(len(y)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = (codes[order], place)
    shape = (len(sizes), int(sizes.max()))
    padded_y, padded_x = np.zeros(shape), np.zeros((*shape, x.shape[1]))
    there = np.zeros(shape)
    padded_y[at], padded_x[at], there[at] = y[order], x[order], 1.0
    both = there[:, :, None] * there[:, None, :]
    kernels, names, dropped = [np.eye(shape[1]) * both], [RESIDUAL], []
    for name, labels in factors.items():
        level = np.zeros(shape, dtype=int)
        level[at] = np.unique(np.asarray(labels, str), return_inverse=True)[1][order]
        kernel = (level[:, :, None] == level[:, None, :]) * both
        if _is_new(kernel, kernels):
            kernels.append(kernel)
            names.append(name)
        else:
            dropped.append(name)
    blocks = _Blocks(padded_y, padded_x, np.array(kernels), there)
    return blocks, names, tuple(dropped)


def _is_new(kernel: FloatArray, others: Sequence[FloatArray]) -> bool:
    """Tell whether a covariance is no combination of others, so that data can tell it apart."""
    known = np.array([one.ravel() for one in others]).T
    new = kernel.ravel()
    gram = known.T @ known
    left = new @ new - (known.T @ new) @ np.linalg.solve(gram, known.T @ new)
    return bool(left > 1e-8 * (new @ new))


@dataclass(frozen=True)
class _State:
    """The model at given variances: criterion, its gradient and information, fixed effects."""

    criterion: float
    gradient: FloatArray
    information: FloatArray
    b: FloatArray
    c: FloatArray
    slopes: FloatArray


def _state(blocks: _Blocks, variances: FloatArray) -> _State:
    """Return the restricted likelihood and its derivatives (Searle et al. 1992, section 6.6)."""
    size = blocks.there.shape[1]
    v: FloatArray = np.tensordot(variances, blocks.kernels, 1)
    v = np.add(v, np.eye(size) * (1 - blocks.there)[:, :, None])
    w = np.linalg.inv(v)
    a = w @ blocks.x
    c = np.linalg.inv(np.einsum("sip,siq->pq", blocks.x, a))
    b = c @ np.einsum("sip,si->p", a, blocks.y)
    r = blocks.y - blocks.x @ b
    u = np.einsum("sij,sj->si", w, r) * blocks.there
    n, p = int(blocks.there.sum()), len(b)
    logs = float(np.linalg.slogdet(v)[1].sum() - np.linalg.slogdet(c)[1])
    criterion = -0.5 * (logs + float((u * r).sum()) + (n - p) * np.log(2 * np.pi))
    ka = blocks.kernels @ a
    q = np.einsum("sip,ksiq->kpq", a, ka)
    wk = w @ blocks.kernels
    traces = np.einsum("ksii->k", wk) - np.einsum("pq,kqp->k", c, q)
    gradient = 0.5 * (np.einsum("si,ksij,sj->k", u, blocks.kernels, u) - traces)
    pairs = np.einsum("ksij,lsji->kl", wk, wk)
    cross = np.einsum("ksip,sij,lsjq->klpq", ka, w, ka, optimize=True)
    cq = c @ q
    pairs = pairs - 2 * np.einsum("pq,klqp->kl", c, cross) + np.einsum("kpq,lqp->kl", cq, cq)
    return _State(criterion, gradient, 0.5 * pairs, b, c, c @ q @ c)


def _step(
    blocks: _Blocks, variances: FloatArray, state: _State, scale: float
) -> tuple[FloatArray, _State] | None:
    """Return the next variances by Fisher's scoring within their bounds; None at the top.

    A variance at zero stays there as long as the likelihood falls away from it.
    """
    least = np.zeros(len(variances))
    least[0] = 1e-8 * scale  # without any residual the covariance could not be inverted
    free = (variances > least) | (state.gradient > 0)
    if not free.any():
        return None
    inner = np.linalg.pinv(state.information[np.ix_(free, free)], hermitian=True)
    move = np.zeros(len(variances))
    move[free] = inner @ state.gradient[free]
    share = 1.0
    while share > 1e-6:
        tried = np.maximum(variances + share * move, least)
        found = _state(blocks, tried)
        if found.criterion > state.criterion:
            return tried, found
        share /= 2
    return None
