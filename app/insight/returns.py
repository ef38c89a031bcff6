"""Who comes back, when, and who has been silent for longer than is their way: for win-back and for the customer's page.

The day of the next order comes from the store's rhythm and what its own past says of it (`hazards.py`); whether someone is
a customer at all, and how many orders to expect, from MBG/NBD (`alive.py`); the chance of no order from both."""

from dataclasses import dataclass

import numpy as np

from app.insight.alive import Ages, fitted
from app.insight.arrays import Bools, Floats, Ints, Numbers, floats
from app.insight.histories import Lines
from app.insight.replenish import Replenishment, replenishment


@dataclass(frozen=True, slots=True)
class Returns:
    """One row per customer, ordered. `no_order`: the probability of no order within the horizon; `next_order`: days from
    `as_of` to the likeliest half-way point of those who order again; `expected`: orders (days with one) in the horizon;
    `fades`: the silence after which they are rather gone than not."""

    customer: Ints
    orders: Ints
    silence: Floats
    alive: Floats
    no_order: Floats
    next_order: Floats
    expected: Floats
    fades: Floats
    rhythm: Replenishment

    def gap(self, quantile: float = 0.9) -> Floats:
        """Days that only 1 - `quantile` of the person's own gaps outlast, by what is known of the person and the store."""
        return self.rhythm.gap(quantile)

    def quiet_after(self, *, quantile: float = 0.9, least: float = 30.0) -> Floats:
        """Days of silence after which win-back is due, reckoned from their last order: `lapsed` as a length of time."""
        return np.asarray(np.maximum(np.minimum(self.gap(quantile), self.fades), least))

    def lapsed(self, *, quantile: float = 0.9, alive: float = 0.5, least: float = 30.0) -> Bools:
        """Win-back is due: probably no customer any more, or silent for longer than their way; never before `least` days."""
        quiet = (self.alive < alive) | (self.silence > self.gap(quantile))
        return np.asarray(quiet & (self.silence >= least))


def returns(*, customer: Numbers, day: Numbers, as_of: float, horizon: float = 90.0) -> Returns:
    """One entry per order, in any order; orders of one day are one."""
    once = np.ones(len(customer))
    lines = Lines.of(customer=customer, product=np.zeros(len(customer)), day=day, quantity=once)
    told = replenishment(lines, as_of=as_of, horizon=horizon)
    ages = _ages(lines.until(as_of), told, as_of=as_of)
    model = fitted(ages)
    return Returns(
        customer=told.customer,
        orders=told.visits,
        silence=told.silence,
        alive=model.probability(ages),
        # Two views that err in different places: what the store's past taught, and the model; the mean errs less than either.
        no_order=0.5 * (1.0 - told.probability + model.no_order(ages, horizon)),
        next_order=told.due(0.5),
        expected=model.expected(ages, horizon),
        fades=model.fades(ages),
        rhythm=told,
    )


def _ages(known: Lines, told: Replenishment, *, as_of: float) -> Ages:
    first = np.full(len(told.customer), np.inf)
    np.minimum.at(first, np.searchsorted(told.customer, known.customer), known.day)
    now = floats(as_of - first)
    return Ages(repeats=floats(told.visits - 1), last=np.maximum(now - told.silence, 0.0), now=np.maximum(now, 0.5))
