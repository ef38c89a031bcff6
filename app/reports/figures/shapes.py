"""What the figures hold, as they are kept: counts, sums in minor units per currency, and words of ours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuyersMonth:
    """One month of the store's own calendar, as "2026-10"; the last one runs until the figure was made.

    `buyers`, `repeaters`: who had ordered once, and twice, by its end. `start`, `end`, `new`: customers at its start and its
    end, and those at its end who were new. `size`: who ordered first in it; `again[k]` of these came k + 1 months later."""

    month: str
    buyers: int
    repeaters: int
    start: int
    end: int
    new: int
    size: int
    again: tuple[int, ...]

    @property
    def repeat_rate(self) -> float | None:
        """Customers with two orders or more / customers with one or more."""
        return self.repeaters / self.buyers if self.buyers else None

    @property
    def retention(self) -> float | None:
        """(customers at end - new customers) / customers at start."""
        return (self.end - self.new) / self.start if self.start else None

    def again_rate(self, later: int) -> float | None:
        """The share of those who ordered first in this month that ordered again so many months later (1 is the next)."""
        return self.again[later - 1] / self.size if self.size and 0 < later <= len(self.again) else None


@dataclass(frozen=True, slots=True)
class Sales:
    """One month in one currency: what was bought, what was given back taken off; `again` of it by who had bought before."""

    month: str
    currency: str
    orders: int
    amount: int
    orders_again: int
    amount_again: int


@dataclass(frozen=True, slots=True)
class BuyersFigure:
    """`gap_days`: what nine in ten gaps between two orders do not outlast, None while too few are known; `within_days` is how
    long an order makes a customer: that gap, or half a year."""

    months: tuple[BuyersMonth, ...]
    sales: tuple[Sales, ...]
    gap_days: float | None
    within_days: float


@dataclass(frozen=True, slots=True)
class SentRow:
    """One workflow on one day of the store's calendar ("2026-11-20"), by the day on which its messages were decided; each
    message once a kind. Opens decide nothing: mail readers open by themselves."""

    day: str
    workflow: str
    decided: int
    sent: int
    dropped: int
    failed: int
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    clicked: int = 0
    opened: int = 0


@dataclass(frozen=True, slots=True)
class SentFigure:
    rows: tuple[SentRow, ...]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One workflow over the span: what left, who clicked and bought (last click within five days), and what it caused against
    those held out. `lift`, `low`, `high` are per eligible customer, `caused` over all of them, with its interval; in minor
    units of the store's currency, None where nothing can be said."""

    workflow: str
    sent: int
    delivered: int | None
    clicks: int
    clicked_orders: int
    clicked_revenue: int
    treated: int
    held_out: int
    finding: str
    treated_mean: float | None
    held_out_mean: float | None
    lift: float | None
    low: float | None
    high: float | None
    caused: float | None
    caused_low: float | None
    caused_high: float | None
    weeks_left: float | None


@dataclass(frozen=True, slots=True)
class EffectsFigure:
    days: int
    rows: tuple[EffectRow, ...]
