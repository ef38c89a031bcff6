"""Lines of orders -> who buys what again and again: visits on different days, the gaps between them, the silence since."""

from dataclasses import dataclass

import numpy as np

from app.insight.arrays import Floats, Ints, Numbers, floats


@dataclass(frozen=True, slots=True)
class Lines:
    """What was bought: four arrays of one length. `day` counts days from any origin; parts of a day are cut off."""

    customer: Ints
    product: Ints
    day: Floats
    quantity: Floats

    @classmethod
    def of(cls, *, customer: Numbers, product: Numbers, day: Numbers, quantity: Numbers) -> "Lines":
        """Lines that mean a purchase: what is not a number, returned goods and empty lines are left out."""
        days, amounts = np.floor(floats(day)), floats(quantity)
        sound = np.isfinite(days) & np.isfinite(amounts) & (amounts > 0)
        return cls(
            customer=np.asarray(customer, dtype=np.int64)[sound],
            product=np.asarray(product, dtype=np.int64)[sound],
            day=days[sound],
            quantity=amounts[sound],
        )

    def until(self, as_of: float) -> "Lines":
        """What was known by the end of that day."""
        known = self.day <= as_of
        return Lines(self.customer[known], self.product[known], self.day[known], self.quantity[known])


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row per (customer, product), ordered by both. `size` is the quantity last bought."""

    customer: Ints
    product: Ints
    visits: Ints
    first: Floats
    last: Floats
    size: Floats

    def at(self, rows: Ints) -> "Pairs":
        whose, what, visits = self.customer[rows], self.product[rows], self.visits[rows]
        return Pairs(whose, what, visits, self.first[rows], self.last[rows], self.size[rows])


@dataclass(frozen=True, slots=True)
class Gaps:
    """One row per time that a pair came again: whose it is, its days, and the quantity bought when it began."""

    pair: Ints
    days: Floats
    quantity: Floats


def histories(lines: Lines) -> tuple[Pairs, Gaps]:
    """Several lines of one day are one visit: they are used up together."""
    order = _in_order(lines)
    customer, product, day = lines.customer[order], lines.product[order], lines.day[order]
    new_pair = _changes(customer) | _changes(product)
    starts = np.flatnonzero(new_pair | _changes(day))
    quantity = np.add.reduceat(lines.quantity[order], starts) if len(starts) else lines.quantity
    day, new_pair = day[starts], new_pair[starts]
    pair = np.cumsum(new_pair) - 1
    begins = np.flatnonzero(new_pair)
    ends = np.append(begins[1:], len(day))[: len(begins)] - 1
    again = np.flatnonzero(~new_pair)
    pairs = Pairs(
        customer=customer[starts][begins],
        product=product[starts][begins],
        visits=ends - begins + 1,
        first=day[begins],
        last=day[ends],
        size=quantity[ends],
    )
    return pairs, Gaps(pair=pair[again], days=day[again] - day[again - 1], quantity=quantity[again - 1])


def _in_order(lines: Lines) -> Ints:
    """By customer, product, day: by one number where the three fit into it, which is five times as fast."""
    keys = [lines.customer, lines.product, lines.day.astype(np.int64)]
    lows = [int(key.min(initial=0)) for key in keys]
    widths = [int(key.max(initial=0)) - low + 1 for key, low in zip(keys, lows, strict=True)]
    if widths[0] * widths[1] * widths[2] >= 2**62:
        return np.asarray(np.lexsort((lines.day, lines.product, lines.customer)), dtype=np.int64)
    whose = (keys[0] - lows[0]) * widths[1] + keys[1] - lows[1]
    return np.asarray(np.argsort(whose * widths[2] + keys[2] - lows[2], kind="stable"), dtype=np.int64)


def _changes(values: Ints | Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where a sorted array has another value than just before; the first place counts."""
    changed = np.ones(len(values), dtype=np.bool_)
    changed[1:] = values[1:] != values[:-1]
    return changed


def visits_since(lines: Lines, of: Ints, *, after: tuple[Floats, Floats]) -> list[Ints]:
    """On how many days each customer in `of` ordered anything later than the day in each of `after`."""
    days = lines.day.astype(np.int64)
    low, high = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    width = high - low + 2
    visits = np.sort(lines.customer * width + days - low)
    visits = visits[_changes(visits)]
    ends = np.searchsorted(visits, of * width + width - 1, side="left")
    since = (np.clip(one.astype(np.int64) - low, -1, width - 1) for one in after)
    return [np.asarray(ends - np.searchsorted(visits, of * width + one, side="right"), dtype=np.int64) for one in since]
