"""When each customer needs each product again, and how probable that is.

The interval per unit is a log-normal, shrunk from shop to product to customer and conditional on the silence so far
(`rhythm.py`). How far it is to be believed is learnt from the shop's own past: the same question is asked as of one
horizon ago, when the answer is known, and a hazard per span of days is fitted to what then happened."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

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

    def at(self, rows: Ints) -> "Replenishment":
        """Some of the rows."""
        told = (self.silence[rows], self.mean[rows], self.spread[rows], self.repeat[rows])
        return Replenishment(
            self.customer[rows], self.product[rows], self.visits[rows], *told, self.after, self.chance[rows]
        )

    @property
    def probability(self) -> Floats:
        """That it is bought again within the horizon."""
        return np.asarray(self.chance[:, -1])

    def gap(self, quantile: float) -> Floats:
        """Days since the last time that this share of the pair's gaps do not outlast, whatever the silence so far."""
        return np.asarray(np.exp(self.mean + self.spread * ndtri(quantile)))

    def due(self, quantile: float = 0.5) -> Floats:
        """Days from `as_of` by when that share of those who return within the horizon has bought it."""
        wanted = quantile * self.probability
        place = np.clip((self.chance < wanted[:, None]).sum(axis=1), 1, len(self.after) - 1)
        row = np.arange(len(place))
        below, above = self.chance[row, place - 1], self.chance[row, place]
        part = np.clip((wanted - below) / np.maximum(above - below, 1e-12), 0.0, 1.0)
        return np.asarray(self.after[place - 1] + part * (self.after[place] - self.after[place - 1]))

    def by_day(self) -> Floats:
        """The chance by the end of each day from 0 to the horizon, days first: by straight lines between the spans' ends."""
        place = np.arange(int(self.after[-1]) + 1) / self.after[-1] * (len(self.after) - 1)
        left = np.minimum(place.astype(np.int64), len(self.after) - 2)
        spans = np.ascontiguousarray(self.chance.T)
        return np.asarray(spans[left] + (place - left)[:, None] * (spans[left + 1] - spans[left]))

    def best_day(self, tolerance: int = 7) -> tuple[Floats, Floats]:
        """The day around which, give or take `tolerance`, it is bought again most probably; and how probably."""
        by_day = self.by_day()
        last = len(by_day) - 1
        best, most = np.ones(len(self.customer)), np.full(len(self.customer), -1.0)
        for day in range(1, last + 1):
            chance = by_day[min(day + tolerance, last)] - by_day[max(day - tolerance - 1, 0)]
            better = chance > most + 1e-12
            best, most = np.where(better, float(day), best), np.where(better, chance, most)
        return best, np.maximum(most, 0.0)


def replenishment(lines: Lines, *, as_of: float, horizon: float = 90.0) -> Replenishment:
    """Every pair bought until `as_of` (a day on the scale of `lines.day`); what came later is not looked at.

    `horizon` is in days, at least one."""
    known = lines.until(as_of)
    after = np.linspace(0.0, horizon, SPANS + 1)
    now = situations(known, as_of=as_of, after=after)
    hazard = believed(now, rehearsed(known, as_of=as_of, after=after), after=after)
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
    """For each pair: the best day from `as_of`, how probably it is bought around it, and whether to say so. Pairs that were
    bought on too few days have no chance to name: zero."""

    day: Floats
    chance: Floats
    worth: Bools


def reminders(
    found: Replenishment, *, least: float | None = None, tolerance: int = 7, visits: int = LEAST_VISITS
) -> Reminders:
    """Gated: bought before on `visits` days, and bought around the best day with a chance of `least` or more.

    Without `least` the gate is where precision and recall are expected to balance best in this very store."""
    able = np.flatnonzero(found.visits >= visits)
    day, chance, worth = np.ones(len(found.visits)), np.zeros(len(found.visits)), np.zeros(len(found.visits), np.bool_)
    day[able], chance[able] = found.at(able).best_day(tolerance)
    gate = balanced_gate(chance[able], found.probability[able]) if least is None else least
    worth[able] = chance[able] >= gate
    return Reminders(day, chance, worth)


def balanced_gate(chance: Floats, probability: Floats) -> float:
    """The least chance of a hit at which a reminder still raises the expected F1, 2 hits / (reminders + returns)."""
    if not len(chance):
        return 1.0
    ordered = np.sort(chance)[::-1]
    score = np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + probability.sum())
    return float(ordered[int(score.argmax())])
