"""Whom a demand is about: our rows of them, and every name that they went by."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key, phone_key
from app.model import Customer, Identity
from app.model.customer import IdentityKind
from app.pipeline.tombstones import Key
from app.rows import table_of

CUSTOMER = table_of(Customer)
IDENTITY = table_of(Identity)


class Who(msgspec.Struct, frozen=True):
    """Whom a demand is about, as the platform names them; any of it may be missing. `customer_id` is our own, where somebody
    of the store pointed at them; where that row has gone into another one's since, the names lead on."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    orders: tuple[str, ...] = ()
    customer_id: int | None = None


class Names(msgspec.Struct, frozen=True):
    """The ids of our customers, and the names that are theirs alone: an address that another account holds by now is not."""

    customers: tuple[int, ...] = ()
    external_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()

    def keys(self) -> list[Key]:
        """The identities by which an import or a webhook could bring them back."""
        external = [(IdentityKind.EXTERNAL.value, one) for one in self.external_ids]
        return [*external, *((IdentityKind.EMAIL.value, one) for one in self.addresses)]


def names_of(session: Session, store_id: int, *, who: Who) -> Names:
    """Find somebody of one store by everything that the demand says."""
    ids = _ids(session, store_id, who=who)
    rows = session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id.in_(ids))).all()
    held = session.execute(sa.select(IDENTITY).where(IDENTITY.c.customer_id.in_(ids))).all()
    addresses = {email_key(who.email), *(row.email for row in rows)} | _values(held, IdentityKind.EMAIL)
    phones = {who.phone, phone_key(who.phone), *(row.phone for row in rows)} | _values(held, IdentityKind.PHONE)
    external = {who.external_id, *(row.external_id for row in rows)} | _values(held, IdentityKind.EXTERNAL)
    return Names(
        customers=tuple(ids),
        external_ids=_said(external),
        addresses=_said(addresses - _held_by_others(session, store_id, ids=ids, addresses=addresses)),
        phones=_said(phones - _shared(session, store_id, ids=ids, phones=phones)),
        orders=who.orders,
    )


def _values(held: Iterable[Any], kind: IdentityKind) -> set[str | None]:
    return {row.value for row in held if row.kind == kind}


def _said(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if word))


def _ids(session: Session, store_id: int, *, who: Who) -> list[int]:
    """By the platform's id, then by the address, unless that belongs to another account by now, then by a phone that only
    one person has."""
    if who.customer_id is not None:
        ours = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.id == who.customer_id)
        if there := list(session.scalars(ours)):
            return there
    found = _holders(session, store_id, kind=IdentityKind.EXTERNAL, value=who.external_id)
    for customer_id in _holders(session, store_id, kind=IdentityKind.EMAIL, value=email_key(who.email)):
        account = session.scalar(sa.select(CUSTOMER.c.external_id).where(CUSTOMER.c.id == customer_id))
        if account is None or who.external_id in {None, account}:
            found.add(customer_id)
    if not found and not who.external_id and not who.email and who.phone:
        phones = [phone for phone in (who.phone, phone_key(who.phone)) if phone]
        same = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.phone.in_(phones))
        alike = list(session.scalars(same))
        found |= set(alike) if len(alike) == 1 else set()
    return sorted(found)


def _holders(session: Session, store_id: int, *, kind: IdentityKind, value: str | None) -> set[int]:
    where = (IDENTITY.c.store_id == store_id, IDENTITY.c.kind == kind, IDENTITY.c.value == value)
    return set(session.scalars(sa.select(IDENTITY.c.customer_id).where(*where))) if value else set()


def _held_by_others(session: Session, store_id: int, *, ids: Iterable[int], addresses: set[str | None]) -> set[str]:
    where = (IDENTITY.c.store_id == store_id, IDENTITY.c.kind == IdentityKind.EMAIL)
    query = sa.select(IDENTITY.c.value).where(*where, IDENTITY.c.value.in_(_said(addresses)))
    return set(session.scalars(query.where(IDENTITY.c.customer_id.not_in(list(ids)))))


def _shared(session: Session, store_id: int, *, ids: Iterable[int], phones: set[str | None]) -> set[str]:
    """Families share a phone: what somebody else has too is still theirs."""
    where = (CUSTOMER.c.store_id == store_id, CUSTOMER.c.phone.in_(_said(phones)), CUSTOMER.c.id.not_in(list(ids)))
    return {phone for phone in session.scalars(sa.select(CUSTOMER.c.phone).where(*where)) if phone}
