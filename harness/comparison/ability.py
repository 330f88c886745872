"""Abilities on one scale from problems that differ between runs: the Rasch and the 2PL model.

A run solves a problem with probability logistic(a z + d): z is how easy the problem is, drawn
from a standard normal; d is the run's ability, the log-odds on a problem of mean easiness; a is
how strongly success depends on the easiness. The model is Bock & Lieberman's (1970) with problems
and runs in each other's place, because a board has many problems and few runs. The likelihood is
marginal: problems are integrated out on a grid, so abilities have ordinary standard errors.

Ranks say who is better on the same problems, with no model. Abilities say what can be said when
the problems differ, and hold only as far as the model does: they are shown apart from ranks.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox.extras import require

Array = NDArray[np.float64]
REACH = 6.0
"""The grid ends this many standard deviations from the mean."""
MOST_SETS = 20_000
"""Up to this many sets of runs are counted one by one."""
LARGEST = 30.0
"""Beyond this log-odds are not told apart."""


@dataclass(frozen=True, slots=True)
class AbilityFit:
    """A fitted model; arrays have one entry a run (C,) or one a problem (R,)."""

    log_likelihood: float
    slopes_C: Array
    abilities_C: Array
    """Log-odds on a problem of mean easiness; +-inf for a run that solved all or none."""
    errors_C: Array
    """Standard errors of the abilities; NaN where the ability is infinite."""
    easiness_R: Array
    """The posterior mean of each problem's z."""


def fit_abilities(
    solved_RC: Array,
    tried_RC: Array,
    weights_R: Array | None = None,
    *,
    common_slope: bool = True,
) -> AbilityFit:
    """Fit the Rasch model (one slope) or the 2PL (a slope each) by marginal maximum likelihood.

    `solved_RC` and `tried_RC` count samples of run C on problem R (0 tried: not sat); `weights_R`
    counts equal rows. Raises UsageError without scipy (extra `stats`).
    """
    weights = np.ones(len(solved_RC)) if weights_R is None else weights_R
    solved, tried = weights @ solved_RC, weights @ tried_RC
    inside = (solved > 0) & (solved < tried)
    ends, unknown = np.where(solved == 0, -np.inf, np.inf), np.full(inside.size, np.nan)
    if not inside.any():
        return AbilityFit(0.0, unknown, ends, unknown, np.full(len(solved_RC), np.nan))
    problem = _Likelihood(
        solved_RC[:, inside], tried_RC[:, inside], weights, common_slope=common_slope
    )
    share = solved[inside] / tried[inside]
    start = np.concatenate([np.ones(problem.slopes), np.log(share / (1 - share))])
    found = require("scipy.optimize", "stats").minimize(
        problem.value_and_gradient, start, jac=True, method="L-BFGS-B",
        bounds=[(-LARGEST, LARGEST)] * start.size,
        options={"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-8},
    )  # fmt: skip
    slopes, abilities = problem.split(found.x)
    errors = _standard_errors(problem, found.x)[problem.slopes :]
    return AbilityFit(
        log_likelihood=-float(found.fun),
        slopes_C=_spread(slopes, inside, unknown),
        abilities_C=_spread(abilities, inside, ends),
        errors_C=_spread(errors, inside, unknown),
        easiness_R=problem.easiness(found.x),
    )


def _spread(values: Array, inside: NDArray[np.bool_], outside: Array) -> Array:
    whole = outside.astype(np.float64)
    whole[inside] = values
    return whole


class _Likelihood:
    """The negative marginal log-likelihood of the counts on a grid of Q points."""

    def __init__(
        self, solved_RC: Array, tried_RC: Array, weights_R: Array, *, common_slope: bool
    ) -> None:
        self.solved_RC, self.failed_RC = solved_RC, tried_RC - solved_RC
        self.weights_R = weights_R
        self.columns = solved_RC.shape[1]
        self.slopes = 1 if common_slope else self.columns
        # The more samples a problem has, the sharper its posterior, and the finer the grid.
        samples = float(tried_RC.sum(axis=1).max())
        points = int(np.clip(2 * REACH * 4 * np.sqrt(1 + samples / 4), 121, 1201))
        self.z_Q = np.linspace(-REACH, REACH, points)
        prior = np.exp(-(self.z_Q**2) / 2)
        self.log_prior_Q = np.log(prior / prior.sum())

    def split(self, parameters: Array) -> tuple[Array, Array]:
        """The slopes and the abilities, (C,) each."""
        slopes = np.broadcast_to(parameters[: self.slopes], (self.columns,))
        return np.asarray(slopes, np.float64), parameters[self.slopes :]

    def _posterior(self, parameters: Array) -> tuple[Array, Array, Array]:
        """Log-likelihood of each row (R,), posterior on the grid (R, Q), success chance (C, Q)."""
        slopes, abilities = self.split(parameters)
        odds_CQ = slopes[:, None] * self.z_Q + abilities[:, None]
        log_fail_CQ = -np.logaddexp(0.0, odds_CQ)
        joint_RQ = (
            self.solved_RC @ (odds_CQ + log_fail_CQ)
            + self.failed_RC @ log_fail_CQ
            + self.log_prior_Q
        )
        top_R = joint_RQ.max(axis=1, keepdims=True)
        posterior_RQ = np.exp(joint_RQ - top_R)
        total_R = posterior_RQ.sum(axis=1, keepdims=True)
        return (
            (top_R + np.log(total_R))[:, 0],
            posterior_RQ / total_R,
            np.exp(odds_CQ + log_fail_CQ),
        )

    def value_and_gradient(self, parameters: Array) -> tuple[float, Array]:
        """The negative log-likelihood and its gradient."""
        log_R, posterior_RQ, chance_CQ = self._posterior(parameters)
        weighted_RQ = self.weights_R[:, None] * posterior_RQ
        solved_CQ = self.solved_RC.T @ weighted_RQ
        tried_CQ = solved_CQ + self.failed_RC.T @ weighted_RQ
        slack_CQ = solved_CQ - tried_CQ * chance_CQ
        by_slope_C = slack_CQ @ self.z_Q
        if self.slopes == 1:
            by_slope_C = by_slope_C.sum(keepdims=True)
        gradient = np.concatenate([by_slope_C, slack_CQ.sum(axis=1)])
        return -float(self.weights_R @ log_R), -gradient

    def easiness(self, parameters: Array) -> Array:
        """The posterior mean of z for each row (R,)."""
        _, posterior_RQ, _ = self._posterior(parameters)
        return np.asarray(posterior_RQ @ self.z_Q, np.float64)


def _standard_errors(problem: _Likelihood, parameters: Array) -> Array:
    """From the observed information: central differences of the exact gradient."""
    step = 1e-4
    information = np.empty((parameters.size, parameters.size))
    for i in range(parameters.size):
        up, down = parameters.copy(), parameters.copy()
        up[i] += step
        down[i] -= step
        information[i] = (
            problem.value_and_gradient(up)[1] - problem.value_and_gradient(down)[1]
        ) / (2 * step)
    covariance = np.linalg.pinv((information + information.T) / 2)
    return np.asarray(np.sqrt(np.clip(np.diag(covariance), 0.0, None)), np.float64)


def connected_runs(tried_RC: Array) -> list[list[int]]:
    """The groups of runs that shared problems link, directly or through other runs."""
    sat_RC = (tried_RC > 0).astype(np.int64)
    sparse: Any = require("scipy.sparse", "stats")
    shared_CC = sparse.csr_array(sat_RC.T @ sat_RC)
    count, labels = require("scipy.sparse.csgraph", "stats").connected_components(
        shared_CC, directed=False
    )
    return [np.flatnonzero(labels == group).tolist() for group in range(count)]


def inverted_p_values(solved_RC: Array, tried_RC: Array, abilities_C: Array) -> Array:
    """How surprising it is that so weak runs, for their number, solved each problem: p (R,).

    Given how many runs solved a problem, the Rasch model leaves only who: a set of them is as
    likely as exp(sum of its abilities), whatever the problem's easiness. p is the chance of a set
    of abilities no higher than the observed one. A small p speaks against the gold. A run has
    solved a problem when at least half of its samples did. NaN where fewer than two runs of
    finite ability sat the problem, or all or none of them solved it.
    """
    known = np.isfinite(abilities_C)
    abilities = abilities_C[known]
    sat_RC = tried_RC[:, known] > 0
    done_RC = (2 * solved_RC[:, known] >= tried_RC[:, known]) & sat_RC
    found = np.full(len(solved_RC), np.nan)
    for row, (sat, done) in enumerate(zip(sat_RC, done_RC, strict=True)):
        if 0 < done.sum() < sat.sum():
            found[row] = _chance_of_lower(abilities[sat], int(done.sum()), abilities[done].sum())
    return found


def _chance_of_lower(abilities: Array, solvers: int, total: float) -> float:
    """P(sum of abilities <= total) of `solvers` runs drawn with odds exp(sum of abilities)."""
    if math.comb(abilities.size, solvers) <= MOST_SETS:
        sums = np.array([sum(one) for one in combinations(abilities.tolist(), solvers)])
        odds = np.exp(sums - sums.max())
        return float(odds[sums <= total + 1e-9].sum() / odds.sum())
    # Independent successes at the easiness that expects as many, given their number: by moments.
    low, high = -LARGEST - abilities.max(), LARGEST - abilities.min()
    for _ in range(60):
        middle = (low + high) / 2
        expected = (1 / (1 + np.exp(-(abilities + middle)))).sum()
        low, high = (middle, high) if expected < solvers else (low, middle)
    chance = 1 / (1 + np.exp(-(abilities + low)))
    spread = chance * (1 - chance)
    variance = (spread * abilities**2).sum() - (spread * abilities).sum() ** 2 / spread.sum()
    return NormalDist().cdf(float((total - (chance * abilities).sum()) / math.sqrt(variance)))
