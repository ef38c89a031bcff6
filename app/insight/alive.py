"""MBG/NBD: who is still a customer at all, how many orders to expect, how probably none.

Batislam, Denizel, Filiztekin 2007 (IJRM 24:201-209): orders come at a rate that differs by gamma(r, alpha), and after each
order, the first included, a customer is gone with a probability that differs by beta(a, b). Unlike under BG/NBD, one-time
buyers can be gone too. A weak prior keeps the fit finite where the likelihood runs away (prediction facts 2)."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1

from app.insight.arrays import Floats

# Starts of the search, in logarithms of r, alpha in mean gaps, a, b.
STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.0, -1.0, -1.0, 1.0))
# As a normal prior on each logarithm: three standard deviations reach a factor of 8,000 either way.
PRIOR = 1.0 / (2.0 * 3.0**2)
FEW = 10


@dataclass(frozen=True, slots=True)
class Ages:
    """Per customer: orders after the first (on other days), age at the last of them, age now; one unit of time."""

    repeats: Floats
    last: Floats
    now: Floats


@dataclass(frozen=True, slots=True)
class Alive:
    """The four parameters of a store."""

    r: float
    alpha: float
    a: float
    b: float

    def probability(self, ages: Ages) -> Floats:
        """That each is still a customer."""
        return np.asarray(expit(-self._log_odds_gone(ages)))

    def fades(self, ages: Ages, alive: float = 0.5) -> Floats:
        """The silence after which each is a customer with no more than this probability; finite."""
        log_odds = np.log((1.0 - alive) / alive) - np.log(self.a / (self.b + ages.repeats))
        longer = np.exp(np.clip(log_odds / (self.r + ages.repeats), 0.0, 50.0))
        return np.asarray((self.alpha + ages.last) * (longer - 1.0))

    def no_order(self, ages: Ages, horizon: float) -> Floats:
        """The probability of no order within the horizon; closed, because one is lost only at an order."""
        stays = np.exp((self.r + ages.repeats) * np.log((self.alpha + ages.now) / (self.alpha + ages.now + horizon)))
        return np.asarray(1.0 - self.probability(ages) * (1.0 - stays))

    def expected(self, ages: Ages, horizon: float) -> Floats:
        """Orders to come within the horizon. By Euler's transformation the hypergeometric series stays small."""
        a = self.a if abs(self.a - 1.0) > 1e-4 else 1.0001
        x, age = ages.repeats, self.alpha + ages.now
        z = horizon / (age + horizon)
        series = hyp2f1(a - 1.0, a + self.b - self.r, a + self.b + x, z)
        orders = (a + self.b + x) / (a - 1.0) * (1.0 - np.exp((a - 1.0) * np.log1p(-z)) * series)
        # More than the rate allows if nobody were ever lost it cannot be, nor less than none.
        most = (self.r + x) / age * horizon
        return np.asarray(np.clip(np.nan_to_num(orders, nan=0.0), 0.0, most) * self.probability(ages))

    def log_likelihood(self, ages: Ages) -> float:
        """Up to the constant that the formulas of the papers leave out too."""
        r, a, b, x = self.r, self.a, self.b, ages.repeats
        rate = gammaln(r + x) - gammaln(r) + r * np.log(self.alpha) - (r + x) * np.log(self.alpha + ages.now)
        stay = betaln(a, b + x + 1.0) - betaln(a, b)
        return float((rate + stay + np.logaddexp(0.0, self._log_odds_gone(ages))).sum())

    def _log_odds_gone(self, ages: Ages) -> Floats:
        silent = np.log((self.alpha + ages.now) / (self.alpha + ages.last))
        return np.asarray(np.log(self.a / (self.b + ages.repeats)) + (self.r + ages.repeats) * silent)


def fitted(ages: Ages) -> Alive:
    """The store's parameters: the most probable ones, and never worse than a start; finite on any data."""
    unit = _unit(ages)
    if len(ages.repeats) < FEW:
        return _alive(np.array(STARTS[1]), unit)
    tries = [
        minimize(partial(_loss, ages=ages, unit=unit), start, method="L-BFGS-B", bounds=[(-9.0, 9.0)] * 4)
        for start in STARTS
    ]
    best = min(tries, key=lambda one: float(one.fun) if np.isfinite(one.fun) else np.inf)
    return _alive(best.x if np.isfinite(best.fun) else np.array(STARTS[1]), unit)


def _unit(ages: Ages) -> float:
    """A typical time between orders, so that days and weeks give one answer."""
    time, orders = float(ages.now.sum()), float(ages.repeats.sum())
    return max(time / (orders + 1.0), 1e-3)


def _alive(logs: Floats, unit: float) -> Alive:
    r, alpha, a, b = (float(value) for value in np.exp(logs))
    return Alive(r, alpha * unit, a, b)


def _loss(logs: Floats, *, ages: Ages, unit: float) -> float:
    return -_alive(logs, unit).log_likelihood(ages) + PRIOR * float(logs @ logs)
