"""Whether one person may be written to, and by which rule: country, purpose, medium, what they answered and when.

Pure and total: the same values give the same answer, and every answer, yes or no, cites its rule. The house is never laxer
than the law: where a law would let silence pass (the United States), a missing answer is a no all the same.
"""

import calendar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.policy.jurisdictions import Jurisdiction, jurisdiction
from app.policy.reasons import Reason
from workflows.language.values import value

EMAIL = "email"
SERVICE = "service"
TEXTS = frozenset({"sms", "whatsapp"})
CONFIRMED, SINGLE = "confirmed_opt_in", "single_opt_in"


class Basis(StrEnum):
    """What a yes rests on. `express`: they said it. `soft`: they bought, were told and did not object. `implied`: they bought
    or asked, in a country whose law takes that for a yes for a while."""

    EXPRESS = "express"
    SOFT = "soft"
    IMPLIED = "implied"


class Ground(StrEnum):
    """What implies a yes, and how many months for (CASL s. 10(10))."""

    PURCHASE = "purchase"
    ENQUIRY = "enquiry"


MONTHS = {Ground.PURCHASE: 24, Ground.ENQUIRY: 6}


class SoftCondition(StrEnum):
    """A soft opt-in holds with all of these or not at all; that every message can be stopped, ours fulfil themselves."""

    FROM_A_SALE = "from_a_sale"
    OWN_SIMILAR = "own_similar"
    COULD_REFUSE = "could_refuse"


@value
class Answer:
    """What holds of what somebody answered on one medium. `level` is the platform's word for how it was given: single or
    confirmed opt-in, None where nobody said."""

    state: str
    at: datetime
    basis: Basis = Basis.EXPRESS
    level: str | None = None
    expires_at: datetime | None = None
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentLaw:
    """What the merchant turned. `double_opt_in` are the countries where a single opt-in is no proof; `soft_since` is when the
    checkout began to tell buyers of its mail and to let them refuse; `takes_implied`: a purchase may stand for a yes."""

    double_opt_in: frozenset[str] = frozenset({"DE", "AT"})
    soft_since: datetime | None = None
    takes_implied: bool = False


@value
class Asked:
    """One question: may this person be written to, on this medium, for this purpose, now? `country` is an ISO 3166 code, None
    where nobody knows."""

    country: str | None
    purpose: str
    medium: str
    answer: Answer | None
    now: datetime
    last_order_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """`rule` says by which rule, in words that a merchant may look up."""

    may: bool
    rule: str
    reason: Reason = Reason.DUE


HOUSE_SILENCE = "the house's own rule: a missing answer is a no"
HOUSE_PENDING = "the house's own rule: an unconfirmed wish is no answer yet"
HOUSE_INVALID = "the house's own rule: the platform calls this address invalid"


def permitted(asked: Asked, law: ConsentLaw) -> Permission:
    """Whether, and by which rule."""
    place = jurisdiction(asked.country)
    if asked.purpose == SERVICE:
        return _service(asked, place)
    match asked.answer.state if asked.answer else None:
        case "unsubscribed":
            return _no(place.withdrawal)
        case "pending":
            return _no(HOUSE_PENDING)
        case "invalid":
            return _no(HOUSE_INVALID)
        case "subscribed" if asked.answer is not None:
            return _yes_of(asked, asked.answer, law=law, place=place)
    return _silence(asked, law=law, place=place)


def _service(asked: Asked, place: Jurisdiction) -> Permission:
    """What belongs to an order needs no consent; but a phone that answered STOP gets nothing at all."""
    if asked.medium != EMAIL and asked.answer is not None and asked.answer.state == "unsubscribed":
        return _no(place.texts_stopped if asked.medium in TEXTS else place.withdrawal)
    return Permission(True, place.service_of(asked.medium))


def _yes_of(asked: Asked, answer: Answer, *, law: ConsentLaw, place: Jurisdiction) -> Permission:
    if answer.expires_at is not None and answer.expires_at <= asked.now:
        return Permission(False, place.implied or HOUSE_SILENCE, Reason.CONSENT_OVER)
    if answer.basis is Basis.SOFT:
        return _soft(asked, place, holds=answer.conditions >= frozenset(SoftCondition))
    if answer.basis is Basis.IMPLIED:
        # An implied yes without an end is none: its clock is what makes it one.
        return _by(place.implied, asked, holds=answer.expires_at is not None, place=place)
    if place.double is not None and place.code in law.double_opt_in and answer.level == SINGLE:
        return Permission(False, place.double, Reason.NOT_PROVEN)
    if place.code in law.double_opt_in and answer.level == SINGLE:
        return Permission(False, "the merchant's own rule: double opt-in in this country", Reason.NOT_PROVEN)
    return Permission(True, place.express_of(asked.medium))


def _silence(asked: Asked, *, law: ConsentLaw, place: Jurisdiction) -> Permission:
    """Nobody answered: whether having bought stands for an answer."""
    bought = asked.last_order_at
    if law.takes_implied and place.implied and bought is not None:
        is_over = expiry(Ground.PURCHASE, bought) <= asked.now
        if is_over:
            return Permission(False, place.implied, Reason.CONSENT_OVER)
        return _by(place.implied, asked, holds=True, place=place)
    if law.soft_since is not None and bought is not None and bought >= law.soft_since:
        return _soft(asked, place, holds=True)
    return _no(HOUSE_SILENCE if asked.medium not in TEXTS else place.express_of(asked.medium))


def _soft(asked: Asked, place: Jurisdiction, *, holds: bool) -> Permission:
    return _by(place.soft, asked, holds=holds, place=place)


def _by(rule: str | None, asked: Asked, *, holds: bool, place: Jurisdiction) -> Permission:
    """A yes that nobody said: by mail only, and only where a law knows it."""
    if rule is None or asked.medium != EMAIL:
        return _no(place.express_of(asked.medium))
    return Permission(True, rule) if holds else _no(rule)


def _no(rule: str) -> Permission:
    return Permission(False, rule, Reason.NO_CONSENT)


def expiry(ground: Ground, at: datetime) -> datetime:
    """When an implied yes runs out: so many calendar months later, on the last day of a month that is shorter."""
    count = at.month - 1 + MONTHS[ground]
    year, month = at.year + count // 12, count % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asked for on the preference page: topics that they do not want, so many days between two messages, and
    a rest until a moment."""

    unwanted: frozenset[str] = frozenset()
    every_days: int = 0
    rests_until: datetime | None = None


@value
class Rights:
    """What somebody's place, answers and wishes let the house do on one medium. `zones` are all the clocks that they may live
    by where nobody knows which."""

    country: str | None = None
    region: str | None = None
    answer: Answer | None = None
    last_order_at: datetime | None = None
    wishes: Wishes = field(default_factory=Wishes)
    zones: tuple[str, ...] = ()
