"""How long until it is bought again: log-normal gaps per unit, shrunk from shop to group to unit, with right-censoring.

Lifecycle facts 4.6. A share of the buyers never returns, so the gap has a `repeat` probability beside its distribution;
who has not come back yet is a censored observation, not a missing one. Fitted by expectation and maximisation."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from app.insight.arrays import Floats, Ints, counts, sums
from app.insight.histories import Gaps, Pairs

ROUNDS = 8
# A group (product) counts as much as this many gaps of its own when it is drawn to the shop.
GROUP_WEIGHT = 8.0
# What is believed of a shop that has shown no gap yet: a month, give or take a factor of 2.7, one in three returns.
FIRST_GUESS = (float(np.log(30.0)), 1.0, 1.0 / 3.0)
GUESS_WEIGHT = 2.0
SPREAD = (0.15, 2.5)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Per unit: the mean and standard deviation of the logarithm of its next gap in days, and how sure it is to repeat."""

    mean: Floats
    spread: Floats
    repeat: Floats

    def at(self, rows: Ints) -> "Rhythm":
        return Rhythm(self.mean[rows], self.spread[rows], self.repeat[rows])

    def log_survival(self, days: Floats) -> Floats:
        """Logarithm of the probability that a gap lasts longer than `days`, for those who repeat at all."""
        return np.asarray(log_ndtr((self.mean - np.log(np.maximum(days, 0.5))) / self.spread))


@dataclass(frozen=True, slots=True)
class _Groups:
    mean: Floats
    spread: Floats
    repeat: Floats


def rhythm(pairs: Pairs, gaps: Gaps, *, group: Ints, silence: Floats, owner: Ints | None = None) -> Rhythm:
    """The next gap of every pair. `group` is what it is shrunk to (a product), `owner` who shares a pace over groups."""
    elasticity = _elasticity(gaps, size=len(group))
    logs = np.log(np.maximum(gaps.days, 1.0)) - elasticity * np.log(gaps.quantity)
    scale = elasticity * np.log(pairs.size)
    groups = _fit(logs, group[gaps.pair], open_gaps=np.log(np.maximum(silence, 0.5)) - scale, open_group=group)
    residual = logs - groups.mean[group[gaps.pair]]
    pace = np.zeros(len(group)) if owner is None else _own(residual, owner[gaps.pair], size=_size(owner))[0][owner]
    residual = residual - pace[gaps.pair]
    own, known = _own(residual, gaps.pair, size=len(group))
    within = _within(residual, gaps.pair, size=len(group))
    variance = within + (groups.spread[group] ** 2 - within).clip(0.0) * (1.0 - known)
    spread = np.clip(np.sqrt(variance), *SPREAD)
    return Rhythm(mean=groups.mean[group] + pace + own + scale, spread=spread, repeat=groups.repeat[group])


def _size(index: Ints) -> int:
    return int(index.max(initial=-1)) + 1


def _elasticity(gaps: Gaps, *, size: int) -> float:
    """How much longer twice the quantity lasts, between 0 (not at all) and 1 (twice as long), seen within pairs."""
    n = np.maximum(counts(gaps.pair, size=size), 1.0)
    y, x = np.log(np.maximum(gaps.days, 1.0)), np.log(gaps.quantity)
    y = y - (sums(y, gaps.pair, size=size) / n)[gaps.pair]
    x = x - (sums(x, gaps.pair, size=size) / n)[gaps.pair]
    return float(np.clip((x @ y + 0.5 * GUESS_WEIGHT) / (x @ x + GUESS_WEIGHT), 0.0, 1.0))


def _fit(gaps: Floats, group: Ints, *, open_gaps: Floats, open_group: Ints) -> _Groups:
    """Mean, spread and repeat probability of each group, each drawn to the shop by `GROUP_WEIGHT` observations."""
    size = _size(open_group)
    closed, total = counts(group, size=size), counts(group, size=size) + counts(open_group, size=size)
    summed, squared = sums(gaps, group, size=size), sums(gaps**2, group, size=size)
    mean, spread, repeat = (np.full(size, value) for value in FIRST_GUESS)
    for _ in range(ROUNDS):
        weight, first, second = _expected(
            open_gaps, mean[open_group], spread=spread[open_group], repeat=repeat[open_group]
        )
        n = closed + sums(weight, open_group, size=size)
        s1 = summed + sums(weight * first, open_group, size=size)
        s2 = squared + sums(weight * second, open_group, size=size)
        mean, spread, repeat = _drawn(n, total, s1=s1, s2=s2)
    return _Groups(mean, spread, repeat)


def _expected(seen: Floats, mean: Floats, *, spread: Floats, repeat: Floats) -> tuple[Floats, Floats, Floats]:
    """For gaps still open: how probably each will close, and the mean of its logarithm and of the square of it."""
    z = (seen - mean) / spread
    log_survival = log_ndtr(-z)
    survival = np.exp(log_survival)
    weight = repeat * survival / np.maximum(repeat * survival + 1.0 - repeat, 1e-12)
    ratio = np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_survival)
    first = mean + spread * ratio
    return weight, first, first**2 + spread**2 * np.maximum(1.0 + z * ratio - ratio**2, 0.0)


def _drawn(n: Floats, total: Floats, *, s1: Floats, s2: Floats) -> tuple[Floats, Floats, Floats]:
    guess_mean, guess_spread, guess_repeat = FIRST_GUESS
    all_n = n.sum() + GUESS_WEIGHT
    shop_mean = (s1.sum() + GUESS_WEIGHT * guess_mean) / all_n
    mean = (s1 + GROUP_WEIGHT * shop_mean) / (n + GROUP_WEIGHT)
    around = np.maximum(s2 - 2 * mean * s1 + n * mean**2, 0.0)
    shop_variance = (around.sum() + GUESS_WEIGHT * guess_spread**2) / all_n
    variance = (around + GROUP_WEIGHT * shop_variance) / (n + GROUP_WEIGHT)
    shop_repeat = (n.sum() + GUESS_WEIGHT * guess_repeat) / (total.sum() + GUESS_WEIGHT)
    repeat = (n + GROUP_WEIGHT * shop_repeat) / (total + GROUP_WEIGHT)
    return mean, np.clip(np.sqrt(variance), *SPREAD), np.clip(repeat, 1e-3, 1.0 - 1e-3)


def _own(residual: Floats, at: Ints, *, size: int) -> tuple[Floats, Floats]:
    """Each unit's own deviation, drawn to none, and how far it is known (0 to 1): n / (n + within / between)."""
    n = counts(at, size=size)
    total = sums(residual, at, size=size)
    within = _within(residual, at, size=size)
    averages = total / np.maximum(n, 1.0)
    # The means vary by what the units differ and by chance; the rest after chance is what they differ.
    between = (n * (averages**2 - within / np.maximum(n, 1.0))).sum() / max(n.sum(), 1.0)
    known = n / (n + within / max(between, 1e-3))
    return known * averages, known


def _within(residual: Floats, at: Ints, *, size: int) -> float:
    """The variance of gaps around their own unit's mean, pooled; with a guess for shops where nobody came twice."""
    n = counts(at, size=size)
    averages = sums(residual, at, size=size) / np.maximum(n, 1.0)
    free = np.maximum(n - 1.0, 0.0).sum()
    around = float(((residual - averages[at]) ** 2).sum())
    return float((around + GUESS_WEIGHT * FIRST_GUESS[1] ** 2 * 0.5) / (free + GUESS_WEIGHT))
