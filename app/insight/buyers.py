"""Who comes back, counted: repeat purchase rate, period retention and cohorts, each by its own definition.

Lifecycle facts 4.5: "retention" is two numbers that are often mixed up, so both are told under their right names. Only orders
that count and whose buyer is known are counted; whoever was erased is nobody's buyer any more."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.insight.arrays import Bools, Floats, Ints

# Below this many gaps between orders their 90th percentile says more about chance than about the store.
FEWEST_GAPS = 20


@dataclass(frozen=True, slots=True)
class Bought:
    """One row per order, sorted by buyer and then by time; `at` in any whole unit of time, `number` counts a buyer's orders
    from 0."""

    buyer: Ints
    at: Ints
    number: Ints

    @classmethod
    def of(cls, buyer: Ints, at: Ints) -> "Bought":
        order = np.lexsort((at, buyer))
        buyer, at = buyer[order], at[order]
        begins = np.flatnonzero(_begins(buyer))
        counts = np.diff(np.append(begins, len(buyer)))
        return cls(buyer, at, np.arange(len(buyer)) - np.repeat(begins, counts))

    @property
    def first(self) -> Ints:
        """When each order's buyer ordered for the first time, for every order."""
        begins = np.flatnonzero(self.number == 0)
        return np.asarray(np.repeat(self.at[begins], np.diff(np.append(begins, len(self.at)))), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Repeat:
    """As of each moment: how many have ordered at all, how many at least twice."""

    buyers: Ints
    repeaters: Ints


@dataclass(frozen=True, slots=True)
class Retention:
    """Over each period: customers at its start and end, and those at the end who were new in it."""

    start: Ints
    end: Ints
    new: Ints

    @property
    def rate(self) -> Floats:
        """(end - new) / start; not a number where there was nobody at the start."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.start > 0, (self.end - self.new) / self.start, np.nan)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """By the period of the first order: how many buyers, and how many of them ordered again in each of the periods after it;
    `again[c, k]` is k + 1 periods later."""

    size: Ints
    again: Ints


def repeat(bought: Bought, moments: Ints) -> Repeat:
    """Repeat purchase rate = customers with two orders or more / customers with one or more, as of each moment (inclusive)."""
    return Repeat(_until(bought.at[bought.number == 0], moments), _until(bought.at[bought.number == 1], moments))


def usual_gap(bought: Bought, quantile: float = 0.9) -> float | None:
    """What this share of a store's gaps between two orders of one buyer do not outlast; None while there are too few."""
    gaps = np.diff(bought.at)[bought.number[1:] > 0]
    return float(np.quantile(gaps, quantile)) if len(gaps) >= FEWEST_GAPS else None


def retention(bought: Bought, edges: Ints, *, within: int) -> Retention:
    """Period retention = (customers at end - new customers) / customers at start, between each edge and the next.

    A customer at a moment is who ordered within that long before it; a new one ordered for the first time in the period."""
    follows = np.append(bought.at[1:], np.iinfo(np.int64).max)
    is_last = np.append(bought.number[1:] == 0, True) if len(bought.at) else np.zeros(0, dtype=np.bool_)
    # Each order makes a customer until the time is over or the next order takes its place, so nobody is counted twice.
    ends = np.where(is_last, bought.at + within, np.minimum(bought.at + within, follows))
    there = _until(bought.at, edges) - _until(ends, edges)
    new = [
        _count((bought.first > low) & (bought.first <= high) & (bought.at <= high) & (ends > high))
        for low, high in pairwise(edges)
    ]
    return Retention(start=there[:-1], end=there[1:], new=np.array(new, dtype=np.int64))


def cohorts(bought: Bought, edges: Ints) -> Cohorts:
    """Share of a period's first buyers who ordered again in a later one, from `edges[c]` on up to `edges[c + 1]`."""
    size = len(edges) - 1
    begun, came = _period(bought.first, edges), _period(bought.at, edges)
    is_inside = (begun >= 0) & (begun < size) & (came < size)
    sizes = np.bincount(begun[is_inside & (bought.number == 0)], minlength=size)
    later = is_inside & (came > begun)
    # One buyer counts once a period, however often they ordered in it.
    pairs = np.unique(np.column_stack([bought.buyer[later], begun[later], came[later]]), axis=0)
    again = np.zeros((size, max(size - 1, 0)), dtype=np.int64)
    np.add.at(again, (pairs[:, 1], pairs[:, 2] - pairs[:, 1] - 1), 1)
    return Cohorts(sizes.astype(np.int64), again)


def _period(at: Ints, edges: Ints) -> Ints:
    return np.asarray(np.searchsorted(edges, at, side="right") - 1, dtype=np.int64)


def _until(at: Ints, moments: Ints) -> Ints:
    return np.asarray(np.searchsorted(np.sort(at), moments, side="right"), dtype=np.int64)


def _count(which: Bools) -> int:
    return int(np.count_nonzero(which))


def _begins(buyer: Ints) -> Bools:
    changed = np.ones(len(buyer), dtype=np.bool_)
    changed[1:] = buyer[1:] != buyer[:-1]
    return changed
