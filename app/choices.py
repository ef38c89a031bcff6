"""What a merchant chose for one store beside its columns: brand, links, consent, warm-up, how long things are kept.

They live as one JSON on the store's row, so that a new choice needs no new column; what is not set has its default here, and
nothing is saved that makes no sense.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.model import Store
from app.policy.caps import CAPS, KEPT, Cap
from app.policy.consent import ConsentLaw
from app.policy.warmup import WarmUp
from app.rows import table_of

STORE = table_of(Store)
LEAST_DAYS = 7
MOST_DAYS = 3650


class WrongChoiceError(ValueError):
    """A choice makes no sense; the message says so to the merchant."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`colour` is "#rrggbb". `wraps_links` lets the house see clicks, `marks_links` adds UTM marks to links into the store.
    `double_opt_in` are country codes; with `asks_twice` the house itself asks the mailbox of whoever signed up there with a
    single opt-in. `soft_since` (ISO) is since when the checkout tells buyers of its mail and lets them refuse.
    `warm_up_since` (ISO date) begins a warm-up of `warm_up_first` messages a day; `cap_hours` and `cap_per_week` say how much
    marketing e-mail one person gets. The `keep_` days are of what speaks of people: looks, the details of what came of
    messages, the request addresses of proofs, and people whom the store deleted."""

    colour: str = "#1f5a4c"
    logo_url: str = ""
    wraps_links: bool = True
    marks_links: bool = True
    double_opt_in: tuple[str, ...] = ("AT", "DE")
    asks_twice: bool = False
    soft_since: str = ""
    takes_implied: bool = False
    warm_up_since: str = ""
    warm_up_first: int = 200
    keep_interests_days: int = 180
    keep_receipts_days: int = 730
    keep_request_address_days: int = 180
    keep_gone_people_days: int = 90
    guide_is_dismissed: bool = False
    reply_to: str = ""
    cap_hours: int = 16
    cap_per_week: int = 3
    code_prefix: str = ""

    @property
    def caps(self) -> Mapping[str, Sequence[Cap]]:
        """The caps by medium: e-mail as the merchant chose, texts as the house has it."""
        often, week = timedelta(hours=self.cap_hours), timedelta(days=7)
        return {**CAPS, "email": (Cap(1, often), Cap(self.cap_per_week, week))}

    @property
    def consent_law(self) -> ConsentLaw:
        since = datetime.fromisoformat(self.soft_since).astimezone(UTC) if self.soft_since else None
        return ConsentLaw(frozenset(self.double_opt_in), since, self.takes_implied)

    @property
    def warm_up(self) -> WarmUp | None:
        return WarmUp(date.fromisoformat(self.warm_up_since), self.warm_up_first) if self.warm_up_since else None


NAMES = frozenset(one.name for one in fields(Choices))
DEFAULT = Choices()


def choices_of(store: Store) -> Choices:
    """The choices of a store; what was saved under a name that is no more is passed over."""
    saved: Mapping[str, Any] = store.choices or {}
    known = {name: value for name, value in saved.items() if name in NAMES}
    if not known:
        return DEFAULT
    if "double_opt_in" in known:
        known["double_opt_in"] = tuple(known["double_opt_in"])
    return Choices(**known)


def replies_to(store: Store) -> str | None:
    """Where answers to the store's messages go; None where they come back to the sender."""
    return choices_of(store).reply_to or store.email


def choose(session: Session, store_id: int, **changes: Any) -> Choices:
    """Save some of a store's choices; all of them as they stand then. Raises WrongChoiceError with a sentence."""
    if unknown := sorted(set(changes) - NAMES):
        raise WrongChoiceError(f"There is no choice called {unknown[0]}.")
    store = session.get_one(Store, store_id)
    chosen = Choices(**{**asdict(choices_of(store)), **changes})
    for name in changes:
        _CHECKS.get(name, _is_days)(chosen, name)
    session.execute(sa.update(STORE).where(STORE.c.id == store_id).values(choices=_told(chosen)))
    session.refresh(store)
    return chosen


def _told(chosen: Choices) -> dict[str, Any]:
    """Only what differs from the default, so that a better default reaches whoever never chose."""
    default = asdict(DEFAULT)
    return {name: value for name, value in asdict(chosen).items() if value != default[name]}


def _is_days(chosen: Choices, name: str) -> None:
    days = getattr(chosen, name)
    if type(days) is not int or not LEAST_DAYS <= days <= MOST_DAYS:
        raise WrongChoiceError(f"Please choose between {LEAST_DAYS} and {MOST_DAYS} days.")


def _is_colour(chosen: Choices, _: str) -> None:
    if not re.fullmatch("#[0-9a-fA-F]{6}", chosen.colour):
        raise WrongChoiceError("Please choose a colour such as #1f5a4c.")


def _is_link(chosen: Choices, _: str) -> None:
    if chosen.logo_url and not re.fullmatch(r"https://[^\s\"'<>]{4,500}", chosen.logo_url):
        raise WrongChoiceError("The address of the logo has to begin with https://.")


def _is_truth(chosen: Choices, name: str) -> None:
    if type(getattr(chosen, name)) is not bool:
        raise WrongChoiceError("Please choose yes or no.")


def _are_countries(chosen: Choices, _: str) -> None:
    if not all(re.fullmatch("[A-Z]{2}", code) for code in chosen.double_opt_in):
        raise WrongChoiceError("Please name countries by their two letters, such as DE.")


def _is_moment(chosen: Choices, name: str) -> None:
    try:
        datetime.fromisoformat(getattr(chosen, name) or "2000-01-01")
    except ValueError:
        raise WrongChoiceError("Please choose a day.") from None


def _is_count(chosen: Choices, _: str) -> None:
    if type(chosen.warm_up_first) is not int or not 10 <= chosen.warm_up_first <= 100_000:
        raise WrongChoiceError("Please begin with between 10 and 100,000 messages a day.")


def _is_mailbox(chosen: Choices, _: str) -> None:
    if chosen.reply_to and email_key(chosen.reply_to) != chosen.reply_to:
        raise WrongChoiceError("Please choose an address for replies.")


def _is_prefix(chosen: Choices, _: str) -> None:
    if not re.fullmatch("[A-Z0-9]{0,10}", chosen.code_prefix):
        raise WrongChoiceError("Codes begin with at most ten letters and digits.")


def _within(low: int, high: int) -> Callable[[Choices, str], None]:
    def check(chosen: Choices, name: str) -> None:
        number = getattr(chosen, name)
        if type(number) is not int or not low <= number <= high:
            raise WrongChoiceError(f"Please choose between {low} and {high}.")

    return check


_CHECKS = {
    "colour": _is_colour,
    "logo_url": _is_link,
    "wraps_links": _is_truth,
    "marks_links": _is_truth,
    "takes_implied": _is_truth,
    "asks_twice": _is_truth,
    "guide_is_dismissed": _is_truth,
    "reply_to": _is_mailbox,
    "cap_hours": _within(1, 168),
    "cap_per_week": _within(1, KEPT),
    "code_prefix": _is_prefix,
    "double_opt_in": _are_countries,
    "soft_since": _is_moment,
    "warm_up_since": _is_moment,
    "warm_up_first": _is_count,
}
