"""What a workflow caused: those it was meant for against those held out at random, whether a message left or not.

The interval is a score interval. A holdout of 10 % with few buyers has a mean that is skewed and a variance that is often
far too small by chance, so Welch's interval covers too rarely there. Instead each size of effect is tried with the variance
that it would imply: purchases are rare sums, their variance per customer is `ratio * mean - mean**2` with
`ratio = sum(y**2) / sum(y)`, which both groups share nearly and lend each other. With many buyers it is Welch's interval.

Values are not winsorised for it: a cap cuts off a part of the effect itself, and the interval then covers the effect on
capped revenue only. Where a reader wants that, `capped` is applied to both groups before, and the result says so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.insight.arrays import Floats, Numbers, floats

Interval = tuple[float, float, float]
Z = 1.959963984540054
POWER = 2.8
# Each group's own ratio counts like its buyers, the shared one like this many.
LENT = 200.0
LEAST_BUYERS = 30
LEAST_HELD_OUT_BUYERS = 5.0


class Finding(StrEnum):
    NOT_ENOUGH_DATA = "not_enough_data"
    MORE = "more"
    LESS = "less"
    NO_DIFFERENCE_SEEN = "no_difference_seen"


@dataclass(frozen=True, slots=True)
class Effect:
    """Per eligible customer: `lift` with its 95 % interval; `standard_error` is Welch's. `detectable`: the smallest effect
    that would have been seen four times in five. All in the unit of what was counted."""

    finding: Finding
    treated: int
    held_out: int
    treated_mean: float
    held_out_mean: float
    lift: float
    standard_error: float
    low: float
    high: float
    detectable: float

    @property
    def total(self) -> float:
        """What it caused over everyone it was meant for."""
        return self.lift * self.treated


@dataclass(frozen=True, slots=True)
class _Group:
    """The few sums of one group that the interval needs."""

    n: int
    buyers: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def error(self) -> float:
        """The square of the standard error of the mean."""
        return max(self.squares - self.n * self.mean**2, 0.0) / (max(self.n - 1, 1) * self.n)


def effect(
    treated: Numbers,
    held_out: Numbers,
    *,
    treated_before: Numbers | None = None,
    held_out_before: Numbers | None = None,
) -> Effect:
    """One number per eligible customer, zeros included: revenue, or orders, in the window after the decision.

    With what each spent in an equal window before the decision, chance differences known from before are taken out
    (CUPED: Deng, Xu, Kohavi, Walker 2013)."""
    y_treated, y_held = _sound(treated), _sound(held_out)
    one, other = _group(y_treated), _group(y_held)
    if not one.n or not other.n or one.total + other.total <= 0.0:
        return _nothing(one, other)
    shift, kept = 0.0, 1.0
    if treated_before is not None and held_out_before is not None:
        shift, kept = _known_before(y_treated, y_held, before=(_sound(treated_before), _sound(held_out_before)))
    lift = one.mean - other.mean - shift
    low, high = _interval(one, other, lift=lift, kept=kept)
    error = float(np.sqrt(kept * (one.error + other.error)))
    half = (high - low) / (2.0 * Z)
    return Effect(
        finding=_finding(one, other, low=low, high=high),
        treated=one.n,
        held_out=other.n,
        treated_mean=one.mean,
        held_out_mean=other.mean,
        lift=lift,
        standard_error=error,
        low=low,
        high=high,
        detectable=POWER * max(error, half),
    )


def added_up(parts: Sequence[Interval]) -> Interval:
    """The sum of what several workflows caused, each as (middle, low, high), with its own interval.

    MOVER (Zou, Donner 2008): below the sum lies the root of the sum of the squared distances to each low end, above it that
    to each high end. The terms for correlation are left out rightly, though the workflows share customers: each workflow
    draws its own lot (the hash names the workflow), so the weight of a customer in one difference, with its mean of zero,
    is independent of the one in another, and the covariance of two differences of means is zero whatever both are of.
    """
    middle = sum(one for one, _, _ in parts)
    below = math.sqrt(sum((one - low) ** 2 for one, low, _ in parts))
    above = math.sqrt(sum((high - one) ** 2 for one, _, high in parts))
    return middle, middle - below, middle + above


def capped(values: Numbers, *, at: float) -> Floats:
    """Values cut at a height that both groups share: the effect measured on them is one on capped revenue."""
    return np.minimum(_sound(values), at)


def cap(treated: Numbers, held_out: Numbers, *, percentile: float = 99.0) -> float:
    """The height to cap at: a percentile of those of both groups who bought at all; of none, infinite."""
    everyone = np.concatenate([_sound(treated), _sound(held_out)])
    buyers = everyone[everyone > 0.0]
    return float(np.percentile(buyers, percentile)) if len(buyers) else float("inf")


def weeks_needed(so_far: Effect, *, weeks: float, size: float) -> float | None:
    """Weeks still to wait, at the pace of the `weeks` so far, until an effect of `size` would be seen four times in five.

    None where nothing is known of the pace yet; zero where it would be seen already."""
    if size <= 0.0 or weeks <= 0.0 or so_far.detectable <= 0.0:
        return None
    return max(weeks * ((so_far.detectable / size) ** 2 - 1.0), 0.0)


def _sound(values: Numbers) -> Floats:
    return np.nan_to_num(floats(values), nan=0.0, posinf=0.0, neginf=0.0)


def _group(y: Floats) -> _Group:
    return _Group(n=len(y), buyers=int(np.count_nonzero(y)), total=float(y.sum()), squares=float((y * y).sum()))


def _nothing(one: _Group, other: _Group) -> Effect:
    means = [group.mean if group.n else 0.0 for group in (one, other)]
    return Effect(Finding.NOT_ENOUGH_DATA, one.n, other.n, *means, *([0.0] * 5))


def _known_before(y_treated: Floats, y_held: Floats, *, before: tuple[Floats, Floats]) -> tuple[float, float]:
    """How much of the difference was there before, and the share of the variance that is left without it."""
    x = np.concatenate([one - one.mean() for one in before])
    y = np.concatenate([one - one.mean() for one in (y_treated, y_held)])
    xx, yy, xy = float(x @ x), float(y @ y), float(x @ y)
    if xx <= 0.0 or yy <= 0.0:
        return 0.0, 1.0
    return xy / xx * float(before[0].mean() - before[1].mean()), max(1.0 - xy * xy / (xx * yy), 0.0)


def _interval(one: _Group, other: _Group, *, lift: float, kept: float) -> tuple[float, float]:
    """All effects d with (lift - d)**2 <= z**2 * variance(d), where the variance is linear in the two means that d implies."""
    n = one.n + other.n
    mean = (one.total + other.total) / n
    share = one.n / n
    a, b = (kept * _ratio(group, one, other=other) / group.n for group in (one, other))
    # The means are mean + (1 - share) * d and mean - share * d; their squares are kept as seen, being small.
    flat = (a + b) * mean - kept * (one.mean**2 / one.n + other.mean**2 / other.n)
    slope = a * (1.0 - share) - b * share
    middle = lift + 0.5 * Z**2 * slope
    half = float(np.sqrt(max(middle**2 - lift**2 + Z**2 * flat, 0.0)))
    return middle - half, middle + half


def _ratio(group: _Group, one: _Group, *, other: _Group) -> float:
    """Sum of squares over sum, the group's own drawn to that of both."""
    total, squares = one.total + other.total, one.squares + other.squares
    lent = LENT * total / (one.buyers + other.buyers)
    return (group.squares + lent * squares / total) / (max(group.total, 0.0) + lent)


def _finding(one: _Group, other: _Group, *, low: float, high: float) -> Finding:
    buyers = one.buyers + other.buyers
    expected = buyers * other.n / (one.n + other.n)
    if buyers < LEAST_BUYERS or expected < LEAST_HELD_OUT_BUYERS:
        return Finding.NOT_ENOUGH_DATA
    if low > 0.0:
        return Finding.MORE
    return Finding.LESS if high < 0.0 else Finding.NO_DIFFERENCE_SEEN
