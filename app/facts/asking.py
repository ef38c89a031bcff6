"""Whose facts about which subject are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.language.values import value


@value
class About:
    """What an enrollment's subject names, by the platform's ids."""

    order: str | None = None
    checkout: str | None = None
    product: str | None = None
    parcel: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What of the store each telling needs, read from its row once: every look at a row of the model costs. `minor` are the
    smallest coins in one of its currency."""

    zone: str
    country: str | None
    minor: int


@value
class Ask:
    """Whose facts about which subject are wanted, under a key of the asker's own; `dials` as they stand for that person,
    and `said` the (workflow, step) of which is asked whether this person got it before."""

    key: int
    customer_id: int
    subject: str
    event_at: datetime
    medium: str = "email"
    dials: Mapping[str, int] = field(default_factory=dict)
    said: tuple[str, str] | None = None
    about: About = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "about", about(self.subject))


def about(subject: str) -> About:
    """What a subject names: "order:1001", "checkout:abc", "parcel:5", "product:7:...", "replenish:7:1001"; the words behind the
    ids only tell one occasion from another. Other subjects are about the person alone."""
    kind, _, rest = subject.partition(":")
    first, _, second = rest.partition(":")
    if kind == "order":
        return About(order=rest)
    if kind == "checkout":
        return About(checkout=rest)
    if kind == "parcel":
        return About(parcel=rest)
    if kind == "product":
        return About(product=first)
    return About(product=first, order=second) if kind == "replenish" else About()
