"""When each customer needs each product again, and how probable that is.

The interval per unit is a log-normal, shrunk from shop to product to customer and conditional on the silence so far
(`rhythm.py`). How far it is to be believed is learnt from the shop's own past: the same question is asked as of one
horizon ago, when the answer is known, and a hazard per span of days is fitted to what then happened."""

from dataclasses import dataclass

import numpy as np

from app.insight.arrays import Bools, Floats, Ints
from app.insight.hazards import LEAST_VISITS, Situation, believed, rehearsed, situations
from app.insight.histories import Lines

SPANS = 14


@dataclass(frozen=True, slots=True)
class Replenishment:
    """One row per (customer, product), ordered by both. `chance[i, j]`: bought again within `after[j]` days of `as_of`.

    `mean`, `spread`, `repeat`: the interval's parameters, of the logarithm of its days; `silence`: days since the last."""

    customer: Ints
    product: Ints
    visits: Ints
    silence: Floats
    mean: Floats
    spread: Floats
    repeat: Floats
    after: Floats
    chance: Floats

    @property
    def probability(self) -> Floats:
        """That it is bought again within the horizon."""
        return np.asarray(self.chance[:, -1])

    def within(self, low: Floats, high: Floats) -> Floats:
        """The probability that it is bought again later than `low` and not later than `high` days from now."""
        return _at(self, high) - _at(self, low)

    def due(self, quantile: float = 0.5) -> Floats:
        """Days from `as_of` by when that share of those who return within the horizon has bought it."""
        wanted = quantile * self.probability
        place = np.clip((self.chance < wanted[:, None]).sum(axis=1), 1, len(self.after) - 1)
        row = np.arange(len(place))
        below, above = self.chance[row, place - 1], self.chance[row, place]
        part = np.clip((wanted - below) / np.maximum(above - below, 1e-12), 0.0, 1.0)
        return np.asarray(self.after[place - 1] + part * (self.after[place] - self.after[place - 1]))

    def best_day(self, tolerance: float = 7.0) -> tuple[Floats, Floats]:
        """The day around which, give or take `tolerance`, it is bought again most probably; and how probably."""
        best, most = np.ones(len(self.customer)), np.full(len(self.customer), -1.0)
        for day in np.arange(1.0, self.after[-1] + 1.0):
            here = np.full(len(best), day)
            chance = self.within(here - tolerance - 1.0, here + tolerance)
            better = chance > most + 1e-12
            best, most = np.where(better, day, best), np.where(better, chance, most)
        return best, most


def _at(found: Replenishment, days: Floats) -> Floats:
    """The chance by a day of one's own, by straight lines between the spans' ends."""
    last = len(found.after) - 1
    place = np.clip(days / found.after[-1] * last, 0.0, float(last))
    left = np.minimum(place.astype(np.int64), last - 1)
    row = np.arange(len(place))
    step = found.chance[row, left + 1] - found.chance[row, left]
    return np.asarray(found.chance[row, left] + (place - left) * step)


def replenishment(
    lines: Lines, *, as_of: float, horizon: float = 90.0, learn_from: int = LEAST_VISITS
) -> Replenishment:
    """Every pair bought until `as_of` (a day on the scale of `lines.day`); what came later is not looked at.

    `learn_from`: pairs bought on fewer days are told of, but not learnt from."""
    known = lines.until(as_of)
    after = np.linspace(0.0, horizon, SPANS + 1)
    now = situations(known, as_of=as_of, after=after)
    hazard = believed(now, rehearsed(known, as_of=as_of, after=after, least=learn_from), after=after)
    chance = np.concatenate([np.zeros((len(hazard), 1)), 1.0 - np.cumprod(1.0 - hazard, axis=1)], axis=1)
    return _told(now, after, chance=chance)


def _told(now: Situation, after: Floats, *, chance: Floats) -> Replenishment:
    return Replenishment(
        customer=now.pairs.customer,
        product=now.pairs.product,
        visits=now.pairs.visits,
        silence=now.silence,
        mean=now.rhythm.mean,
        spread=now.rhythm.spread,
        repeat=now.rhythm.repeat,
        after=after,
        chance=chance,
    )


@dataclass(frozen=True, slots=True)
class Reminders:
    """For each pair: the day from `as_of` that is best, how probably it is bought around that day, and whether to say so."""

    day: Floats
    chance: Floats
    worth: Bools


def reminders(
    found: Replenishment, *, least: float | None = None, tolerance: float = 7.0, visits: int = LEAST_VISITS
) -> Reminders:
    """Gated: bought before on `visits` days, and bought around the best day with a chance of `least` or more.

    Without `least` the gate is where precision and recall are expected to balance best in this very store."""
    day, chance = found.best_day(tolerance)
    able = found.visits >= visits
    gate = balanced_gate(chance[able], found.probability[able]) if least is None else least
    return Reminders(day, chance, able & (chance >= gate))


def balanced_gate(chance: Floats, probability: Floats) -> float:
    """The least chance of a hit at which a reminder still raises the expected F1, 2 hits / (reminders + returns)."""
    if not len(chance):
        return 1.0
    ordered = np.sort(chance)[::-1]
    score = np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + probability.sum())
    return float(ordered[int(score.argmax())])
