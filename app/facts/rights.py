"""From a customer's row to what the law asks of them: the answer that holds, their place and clocks, their own wishes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.db import EPOCH, MICROSECOND
from app.policy.consent import TEXTS, Answer, Basis, Rights, Wishes
from app.zones import country_of_phone, zones_of

NO_WISHES = Wishes()


def rights_of(row: Any, medium: str, *, store_zone: str) -> Rights:
    """What a customer's row says of one medium. Only texts need to know every clock that may be theirs."""
    is_text = medium in TEXTS
    country = row.country or (country_of_phone(row.phone) if is_text and row.phone else None)
    return Rights(
        country=country,
        region=row.region,
        answer=answer_of(row.answers, medium),
        last_order_at=row.last_order_at,
        wishes=wishes_of(row.wishes),
        zones=zones_of(country, row.region, phone=row.phone, store_zone=store_zone) if is_text else (),
    )


def answer_of(answers: Mapping[str, Any] | None, medium: str) -> Answer | None:
    """The answer that holds on this medium, as the row keeps it; None where nobody ever asked."""
    told: list[Any] | None = (answers or {}).get(medium)
    if told is None:
        return None
    whole: list[Any] = [*told, None, None, None, None]
    state, at, basis, level, until, conditions = whole[:6]
    return Answer(
        state,
        _moment(at),
        Basis(basis or Basis.EXPRESS),
        level=level,
        expires_at=_moment(until) if until is not None else None,
        conditions=frozenset(conditions.split(",")) if conditions else frozenset(),
    )


def _moment(number: int) -> datetime:
    return (EPOCH + number * MICROSECOND).astimezone(UTC)


def wishes_of(told: Mapping[str, Any] | None) -> Wishes:
    if not told:
        return NO_WISHES
    until = told.get("rests_until")
    return Wishes(
        unwanted=frozenset(told.get("unwanted", ())),
        every_days=told.get("every_days", 0),
        rests_until=_moment(until) if until is not None else None,
    )


def joined_wishes(all_of: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the one person wants that several rows became: the most peace that any of them asked for."""
    unwanted = sorted({topic for one in all_of for topic in one.get("unwanted", ())})
    numbers = {name: max(one.get(name, 0) for one in all_of) for name in ("every_days", "rests_until")}
    joined: dict[str, Any] = {name: number for name, number in numbers.items() if number}
    return {**joined, "unwanted": unwanted} if unwanted else joined
