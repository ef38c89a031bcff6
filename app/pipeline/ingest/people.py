"""Who a record speaks of: identities are resolved, guests and accounts with the same verified address become one customer.

Every field is a register with its own time and rank (the account itself beats a buyer's word in an order, later beats
earlier), and even an old payload may claim an identity that nobody holds; so payloads in any order end in the same people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key, phone_key
from app.db import EPOCH, MICROSECOND, reserve_ids
from app.keys import Signer
from app.model import Customer, Identity, Store, Tombstone
from app.model.customer import IdentityKind
from app.pipeline.ingest.merge import merge_rows
from app.pipeline.ingest.rows import chunks, table_of
from connectors.records import CustomerRecord, GoneRecord, MergeRecord

CUSTOMER = table_of(Customer)
IDENTITY = table_of(Identity)
TOMBSTONE = table_of(Tombstone)
Key = tuple[str, str]
FIELDS = (
    "email",
    "email_verified",
    "phone",
    "first_name",
    "last_name",
    "locale",
    "country",
    "region",
    "birthday",
    "tags",
    "is_staff",
    "joined_at",
)
LIMITS = {"phone": 40, "first_name": 255, "last_name": 255, "locale": 35, "country": 2, "region": 80}


@dataclass(frozen=True, slots=True)
class Telling:
    """One record about a person, with its time; `is_word_of_buyer` where an order or checkout said it in passing."""

    record: CustomerRecord
    at: datetime | None
    is_word_of_buyer: bool = False


@dataclass(slots=True)
class Person:
    """A customer's row while a batch works on it."""

    id: int
    values: dict[str, Any]
    is_new: bool
    is_changed: bool = False

    @property
    def is_guest(self) -> bool:
        return self.values["external_id"] is None


@dataclass(slots=True)
class People:
    """Everybody of whom one batch speaks: learned first, written once."""

    session: Session
    store: Store
    signer: Signer
    _persons: dict[int, Person] = field(default_factory=dict)
    _known: dict[Key, int] = field(default_factory=dict)
    _stored: dict[Key, int] = field(default_factory=dict)
    _became: dict[int, int] = field(default_factory=dict)
    _to_merge: list[tuple[int, int]] = field(default_factory=list)
    _erased: set[Key] = field(default_factory=set)
    _ids: list[int] = field(default_factory=list)

    def learn(self, tellings: Sequence[Telling]) -> None:
        """Resolve everybody spoken of, and take over what is said unless we know it better."""
        keys = {key for telling in tellings for key in (*_claims(telling), *_keys(telling.record))}
        self._load(keys)
        self._erased |= self._tombstones(keys)
        self._reserve(sum(1 for telling in tellings if not any(key in self._known for key in _claims(telling))))
        for telling in tellings:
            self._take(telling)

    def of(self, record: CustomerRecord) -> int | None:
        """The customer of a record that was learned; None where it names nobody, or somebody who was erased."""
        return self.find(external_id=record.external_id, email=record.email)

    def find(self, *, external_id: str | None = None, email: str | None = None) -> int | None:
        for key in ((IdentityKind.EXTERNAL, external_id), (IdentityKind.EMAIL, email_key(email))):
            if key[1] and key not in self._erased and (found := self._known.get((key[0], key[1]))) is not None:
                return self._now_called(found)
        return None

    def merge(self, records: Iterable[MergeRecord]) -> None:
        """Two accounts of the platform became one: all of the one that is gone moves to the one that stays."""
        for record in records:
            pair = [
                Telling(CustomerRecord(external_id=one), record.at)
                for one in (record.kept_external_id, record.gone_external_id)
            ]
            self.learn(pair)
            kept, gone = (self.of(one.record) for one in pair)
            if kept is not None and gone is not None and kept != gone:
                self._join(self._person(kept), self._person(gone))

    def gone(self, records: Sequence[GoneRecord]) -> None:
        """The platform deleted these accounts; a row says so even where we had not heard of one yet."""
        self.learn(
            [Telling(CustomerRecord(external_id=one.external_id), one.at, is_word_of_buyer=True) for one in records]
        )
        for one in records:
            who = self.find(external_id=one.external_id)
            if who is not None:
                person = self._person(who)
                person.values["gone_at"], person.is_changed = one.at, True

    def write(self) -> None:
        """Put everybody who is new or changed into the database, with their identities; merged rows go."""
        new = [person.values for person in self._persons.values() if person.is_new]
        changed = [person.values for person in self._persons.values() if person.is_changed and not person.is_new]
        if new:
            self.session.execute(sa.insert(CUSTOMER), new)
        if changed:
            columns = (*FIELDS, "external_id", "said", "updated_at", "gone_at")
            update = sa.update(CUSTOMER).where(CUSTOMER.c.id == sa.bindparam("row_id"))
            update = update.values({name: sa.bindparam(f"new_{name}") for name in columns})
            rows = [{"row_id": one["id"], **{f"new_{name}": one[name] for name in columns}} for one in changed]
            self.session.connection().execute(update, rows)
        self._write_identities()
        for gone, kept in self._to_merge:
            merge_rows(self.session, self.store, gone=gone, kept=self._now_called(kept))
        self._to_merge.clear()
        for person in self._persons.values():
            person.is_new = person.is_changed = False

    def _load(self, keys: set[Key]) -> None:
        for kind in IdentityKind:
            values = sorted(value for one, value in keys if one == kind and (one, value) not in self._known)
            for chunk in chunks(values):
                query = sa.select(IDENTITY.c.kind, IDENTITY.c.value, IDENTITY.c.customer_id).where(
                    IDENTITY.c.store_id == self.store.id, IDENTITY.c.kind == kind, IDENTITY.c.value.in_(chunk)
                )
                for found_kind, value, customer_id in self.session.execute(query):
                    self._known[(found_kind, value)] = self._stored[(found_kind, value)] = customer_id
        missing = sorted(set(self._known.values()) - set(self._persons) - set(self._became))
        for ids in chunks(missing):
            for row in self.session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id.in_(ids))).mappings():
                self._persons[row["id"]] = Person(row["id"], dict(row), is_new=False)

    def _tombstones(self, keys: set[Key]) -> set[Key]:
        has_any = self.session.execute(
            sa.select(TOMBSTONE.c.at).where(TOMBSTONE.c.store_id == self.store.id).limit(1)
        ).first()
        if has_any is None:
            return set()
        marks = {tombstone(self.signer, self.store, key): key for key in keys}
        found: set[Key] = set()
        for chunk in chunks(sorted(marks)):
            query = sa.select(TOMBSTONE.c.fingerprint).where(
                TOMBSTONE.c.store_id == self.store.id, TOMBSTONE.c.fingerprint.in_(chunk)
            )
            found |= {marks[mark] for mark in self.session.execute(query).scalars()}
        return found

    def _take(self, telling: Telling) -> None:
        claims = _claims(telling)
        if not claims or any(key in self._erased for key in _keys(telling.record)):
            return
        person = self._resolve(telling, claims)
        if telling.record.external_id and person.is_guest:
            person.values["external_id"] = telling.record.external_id
            person.is_changed = True
        for key in claims:
            self._known.setdefault(key, person.id)
        _listen(person, telling)

    def _resolve(self, telling: Telling, claims: Sequence[Key]) -> Person:
        """The one person behind these identities; joins a guest to the account that owns the address."""
        held = {
            kind: self._person(self._known[(kind, value)]) for kind, value in claims if (kind, value) in self._known
        }
        account, owner = held.get(IdentityKind.EXTERNAL), held.get(IdentityKind.EMAIL)
        if account is None and owner is not None and (owner.is_guest or telling.record.external_id is None):
            return owner
        account = account or self._new()
        if owner is not None and owner is not account:
            self._settle(account, owner, telling=telling)
        return account

    def _settle(self, account: Person, owner: Person, *, telling: Telling) -> None:
        """An account names an address that somebody else holds: a guest is the same person, another account only yields to
        newer knowledge."""
        address = email_key(telling.record.email) or ""
        if owner.is_guest:
            self._join(account, owner)
        elif _is_later(telling, owner.values["said"], "email") or owner.values["email"] != address:
            self._known[(IdentityKind.EMAIL, address)] = account.id

    def _join(self, kept: Person, gone: Person) -> None:
        """Make two persons one: the newer word of either stays, field by field."""
        for name in FIELDS:
            theirs, ours = gone.values["said"].get(name), kept.values["said"].get(name)
            if theirs is not None and (ours is None or theirs > ours):
                kept.values[name], kept.values["said"] = gone.values[name], {**kept.values["said"], name: theirs}
        for key, who in list(self._known.items()):
            if who == gone.id:
                self._known[key] = kept.id
        kept.is_changed = True
        self._became[gone.id] = kept.id
        if not gone.is_new:
            self._to_merge.append((gone.id, kept.id))
        self._persons.pop(gone.id, None)

    def _person(self, customer_id: int) -> Person:
        return self._persons[self._now_called(customer_id)]

    def _now_called(self, customer_id: int) -> int:
        while customer_id in self._became:
            customer_id = self._became[customer_id]
        return customer_id

    def _new(self) -> Person:
        if not self._ids:
            self._reserve(1)
        number = self._ids.pop()
        blank: dict[str, Any] = dict.fromkeys((*FIELDS, "external_id", "updated_at", "gone_at"))
        blank |= {"id": number, "store_id": self.store.id, "said": {}, "pace": {}, "tags": [], "is_staff": False}
        blank |= {"orders_count": 0, "spent": 0}
        person = Person(number, blank, is_new=True)
        self._persons[number] = person
        return person

    def _reserve(self, count: int) -> None:
        """Ids for people not yet written; on SQLite they lie beyond those that this batch already gave away."""
        short = count - len(self._ids)
        if short > 0:
            ahead = max(self._persons, default=0) + len(self._ids)
            self._ids = [*reversed(reserve_ids(self.session, CUSTOMER, count=short, beyond=ahead)), *self._ids]

    def _write_identities(self) -> None:
        rows: list[dict[str, Any]] = [
            {"store_id": self.store.id, "kind": kind, "value": value, "customer_id": self._now_called(who)}
            for (kind, value), who in self._known.items()
            if self._stored.get((kind, value)) != self._now_called(who)
        ]
        fresh = [row for row in rows if (row["kind"], row["value"]) not in self._stored]
        moved = [row for row in rows if (row["kind"], row["value"]) in self._stored]
        if fresh:
            self.session.execute(sa.insert(IDENTITY), fresh)
        if moved:
            self._move_identities(moved)
        self._stored |= {(row["kind"], row["value"]): row["customer_id"] for row in rows}

    def _move_identities(self, moved: Sequence[dict[str, Any]]) -> None:
        update = sa.update(IDENTITY).where(
            IDENTITY.c.store_id == self.store.id,
            IDENTITY.c.kind == sa.bindparam("of_kind"),
            IDENTITY.c.value == sa.bindparam("with_value"),
        )
        rows = [{"of_kind": one["kind"], "with_value": one["value"], "to": one["customer_id"]} for one in moved]
        self.session.connection().execute(update.values(customer_id=sa.bindparam("to")), rows)


def tombstone(signer: Signer, store: Store, key: Key) -> str:
    """The keyed hash under which an erased identity is remembered."""
    return signer.fingerprint("tombstone", f"{store.id}:{key[0]}:{key[1]}")


def _claims(telling: Telling) -> list[Key]:
    """The identities that a telling may claim for its person: an account's address only where the account itself says so and
    the platform does not call it unverified, since a buyer may type anybody's address into an order."""
    keys, record = _keys(telling.record), telling.record
    if record.external_id and (telling.is_word_of_buyer or record.email_verified is False):
        return keys[:1]
    return keys


def _keys(record: CustomerRecord) -> list[Key]:
    """The identities that a record names, the surest first. Phones join nobody: families share them."""
    keys: list[Key] = [(IdentityKind.EXTERNAL, record.external_id)] if record.external_id else []
    if (address := email_key(record.email)) is not None:
        keys.append((IdentityKind.EMAIL, address))
    return keys


def _listen(person: Person, telling: Telling) -> None:
    said, values = person.values["said"], person.values
    mark = _mark(telling)
    for name, value in _fields(telling.record).items():
        if value is None or (name in said and said[name] > mark):
            continue
        if said.get(name) != mark or values[name] != value:
            said = {**said, name: mark}
            values[name], person.is_changed = value, True
    values["said"] = said
    if (
        not telling.is_word_of_buyer
        and telling.at is not None
        and (values["updated_at"] is None or telling.at > values["updated_at"])
    ):
        values["updated_at"], person.is_changed = telling.at, True


def _fields(record: CustomerRecord) -> dict[str, Any]:
    birthday = None
    if record.birthday is not None:
        birthday = record.birthday.isoformat() if record.birthday_has_year else f"--{record.birthday:%m-%d}"
    values: dict[str, Any] = {
        "email": email_key(record.email),
        "email_verified": record.email_verified,
        "phone": phone_key(record.phone) or record.phone,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "locale": record.locale,
        "country": record.country,
        "region": record.region,
        "birthday": birthday,
        "tags": list(record.tags) if record.tags is not None else None,
        "is_staff": record.is_staff or None,
        "joined_at": record.created_at,
    }
    return {name: value[: LIMITS[name]] if name in LIMITS and value else value for name, value in values.items()}


def _mark(telling: Telling) -> list[int]:
    """How surely and when something was said; lists of two compare as the pair does, and JSON keeps them."""
    return [0 if telling.is_word_of_buyer else 1, (telling.at - EPOCH) // MICROSECOND if telling.at is not None else 0]


def _is_later(telling: Telling, said: dict[str, list[int]], name: str) -> bool:
    return name not in said or _mark(telling) > said[name]
