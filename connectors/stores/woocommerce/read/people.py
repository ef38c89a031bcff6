"""Customers, and what plugins wrote about them: consent and birthday in meta data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from connectors.errors import Malformed
from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium, Reading
from connectors.stores.woocommerce.read.shapes import Customer, Frame, Meta, Place, email, moment, text

CONSENT_KEY = "perennial_email_consent"
BIRTHDAY_KEYS = ("perennial_birthday", "birthday", "billing_birthday", "date_of_birth")
STAFF = frozenset({"administrator", "shop_manager", "editor", "author", "contributor"})
# A leap year, so that the 29th of February can be kept without a year.
NO_YEAR = 2000

CUSTOMER = msgspec.json.Decoder(Customer)

_DAY = re.compile(r"(?:(\d{4})-|--|)(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Told:
    """What meta data says of a person."""

    birthday: date | None = None
    has_year: bool = True
    consents: tuple[ConsentRecord, ...] = ()
    unknown: tuple[str, ...] = ()


NOTHING = Told()


def customer(found: Customer, frame: Frame) -> Reading:
    """A customer as the store's account shows it. Raises Malformed where it has no time at all."""
    made = moment(found.date_created_gmt)
    changed = moment(found.date_modified_gmt) or made
    if changed is None:
        raise Malformed("a customer without a time")
    place = found.billing or Place()
    address = email(found.email)
    told = of_meta(found.meta_data, external_id=str(found.id), address=address, received_at=frame.at)
    record = CustomerRecord(
        external_id=str(found.id),
        email=address,
        phone=text(place.phone),
        first_name=text(found.first_name) or text(place.first_name),
        last_name=text(found.last_name) or text(place.last_name),
        country=text(place.country),
        region=text(place.state),
        birthday=told.birthday,
        birthday_has_year=told.has_year,
        is_staff=found.role in STAFF,
        created_at=made,
        updated_at=changed,
        consents=told.consents,
    )
    return Reading((record,), told.unknown)


def of_meta(rows: Iterable[Meta], *, external_id: str | None, address: str | None, received_at: datetime) -> Told:
    """Birthday and consent out of meta data. What cannot be read is counted and believed in nothing; it stops nobody."""
    kept = {row.key: row.value for row in rows if row.key == CONSENT_KEY or row.key in BIRTHDAY_KEYS}
    if not kept:
        return NOTHING
    unknown: list[str] = []
    consents: tuple[ConsentRecord, ...] = ()
    if CONSENT_KEY in kept:
        answer = _consent(kept[CONSENT_KEY], external_id=external_id, address=address, received_at=received_at)
        consents = (answer,) if answer else ()
        is_somebody = external_id is not None or address is not None
        unknown += [f"meta.{CONSENT_KEY}=unreadable"] if answer is None and is_somebody else []
    written = next((kept[key] for key in BIRTHDAY_KEYS if kept.get(key)), None)
    day, has_year = _birthday(written)
    if written and day is None:
        unknown.append("meta.birthday=unreadable")
    return Told(day, has_year, consents, tuple(unknown))


class _Answer(msgspec.Struct):
    state: str
    at: str
    source: str = "store"
    wording: str | None = None
    opt_in_level: str | None = None


def _consent(
    value: object, *, external_id: str | None, address: str | None, received_at: datetime
) -> ConsentRecord | None:
    """An answer needs a state that we know and its own time; one out of the future is dated now, so a later no can win."""
    try:
        answer = msgspec.json.decode(value, type=_Answer) if isinstance(value, str) else msgspec.convert(value, _Answer)
        at = moment(answer.at)
        state = ConsentState(answer.state)
    except (ValueError, RecursionError, Malformed):
        return None
    if at is None or (external_id is None and address is None):
        return None
    return ConsentRecord(
        medium=Medium.EMAIL,
        state=state,
        at=min(at, received_at),
        source=text(answer.source) or "store",
        customer_external_id=external_id,
        address=address,
        opt_in_level=text(answer.opt_in_level),
        wording=text(answer.wording),
    )


def _birthday(value: object) -> tuple[date | None, bool]:
    """`1990-02-28`, or `--02-28` and `02-28` where the year stays secret: (day, whether its year is real)."""
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) and value.isascii() else None
    if found is None:
        return None, True
    year, month, day = found.groups()
    try:
        born = date(int(year or NO_YEAR), int(month), int(day))
    except ValueError:
        return None, True
    return (born, year is not None) if born.year >= 1900 else (None, True)


def buyer(place: Place, *, customer_id: int, told: Told) -> CustomerRecord | None:
    """Who an order says bought it: weak knowledge. A guest has no external id, and an order may have no buyer at all."""
    address = email(place.email)
    phone = text(place.phone)
    if not customer_id and address is None and phone is None:
        return None
    return CustomerRecord(
        external_id=str(customer_id) if customer_id else None,
        email=address,
        phone=phone,
        first_name=text(place.first_name),
        last_name=text(place.last_name),
        country=text(place.country),
        region=text(place.state),
        birthday=told.birthday,
        birthday_has_year=told.has_year,
        consents=told.consents,
    )
