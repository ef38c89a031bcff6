"""Who a record speaks of: identities are resolved, guests and accounts with the same verified address become one customer.

Even an old payload may claim an identity that nobody holds, and a held one moves only to newer knowledge; so payloads in any
order end in the same people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.db import reserve_ids
from app.keys import Signer
from app.model import Customer, Store
from app.pipeline.ingest import identities
from app.pipeline.ingest.merge import merge_rows, note_merge
from app.pipeline.ingest.person import BLANK, EMAIL, EXTERNAL, FIELDS, Key, Person, Telling, keys_of, told
from app.pipeline.tombstones import buried
from app.rows import among, bulk, bulk_update, chunks, table_of
from connectors.records import CustomerRecord, GoneRecord, MergeRecord

CUSTOMER = table_of(Customer)
INSERT_CUSTOMER = sa.insert(CUSTOMER)
# Enough to hear a buyer's word; everything where the account itself speaks.
PART = ("id", "external_id", "said", "updated_at", "email", "first_name", "last_name")
WHOLE = ("id", "external_id", "said", "updated_at", "gone_at", *FIELDS)


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
    _met_at: list[tuple[int, datetime]] = field(default_factory=list)
    _erased: set[Key] = field(default_factory=set)
    _ids: list[int] = field(default_factory=list)

    def learn(self, tellings: Sequence[Telling]) -> None:
        """Resolve everybody spoken of, and take over what is said unless we know it better."""
        if tellings:
            self.meet_all(tellings)
            self.hear(tellings)

    def meet_all(self, tellings: Sequence[Telling]) -> None:
        """Read whoever is spoken of: all that `hear` has to know."""
        self._find({key for telling in tellings for key in telling.claims})
        self._read(tellings)
        # Nobody makes the list where nobody was erased.
        names = (key for telling in tellings for key in telling.names)
        self._erased |= buried(self.session, self.signer, store_id=self.store.id, keys=names)
        known = self._known.keys()
        self._reserve(sum(1 for telling in tellings if known.isdisjoint(telling.claims)))

    def hear(self, tellings: Sequence[Telling]) -> None:
        """Take over what is said, once all are met."""
        erased = self._erased
        for telling in tellings:
            if telling.claims and erased.isdisjoint(telling.names):
                self._take(telling)

    def of(self, record: CustomerRecord) -> int | None:
        """The customer of a record that was learned; None where it names nobody, or somebody who was erased."""
        if record.external_id and not self._erased and not self._became:
            # By far the most: an account that is what it was.
            return self._known.get((EXTERNAL, record.external_id))
        return self.find(external_id=record.external_id, email=record.email)

    def is_erased(self, record: CustomerRecord | None) -> bool:
        """Whether a record that was learned names somebody who was erased."""
        return record is not None and bool(self._erased) and not self._erased.isdisjoint(keys_of(record))

    def meet(self, addresses: Iterable[str | None], *, external_ids: Iterable[str | None] = ()) -> None:
        """Look for the holders of these addresses and ids, so that `find` knows them; nothing is learned of anybody."""
        keys = {(EMAIL, key) for address in addresses if (key := email_key(address)) is not None}
        keys |= {(EXTERNAL, one) for one in external_ids if one}
        self._find(keys)

    def find(self, *, external_id: str | None = None, email: str | None = None) -> int | None:
        if self._erased and (EXTERNAL, external_id) in self._erased:
            # Whatever address stands beside it: what somebody erased did is nobody's.
            return None
        if external_id and (found := self._known.get((EXTERNAL, external_id))) is not None:
            return self._now_called(found)
        found = self._known.get((EMAIL, email_key(email) or ""))
        return self._now_called(found) if found is not None else None

    def merge(self, records: Iterable[MergeRecord]) -> None:
        """Two accounts of the platform became one: all of the one that is gone moves to the one that stays."""
        for record in records:
            names = (record.kept_external_id, record.gone_external_id)
            self.learn([told(CustomerRecord(name), record.at, is_word_of_buyer=True) for name in names])
            kept, gone = (self.find(external_id=name) for name in names)
            if kept is not None and gone is not None and kept != gone:
                self._join(self._person(kept), self._person(gone))
            if kept is not None:
                self._met_at.append((kept, record.at))

    def join(self, *, kept: int, gone: int) -> None:
        """Two of our own customers are one person: all of the one that is gone moves to the one that stays."""
        self._load([kept, gone], WHOLE)
        stays, goes = self._persons[kept], self._persons[gone]
        if stays.is_guest and not goes.is_guest:
            stays.set("external_id", goes.values["external_id"])
        self._join(stays, goes)

    def gone(self, records: Sequence[GoneRecord]) -> None:
        """The platform deleted these accounts; a row says so even where we had not heard of one yet."""
        self.learn([told(CustomerRecord(one.external_id), one.at, is_word_of_buyer=True) for one in records])
        for one in records:
            who = self.find(external_id=one.external_id)
            person = self._whole(self._person(who)) if who is not None else None
            # An account that went into another one is gone, and the person is not.
            if person is not None and person.values["external_id"] == one.external_id:
                person.set("gone_at", min(one.at, person.values["gone_at"] or one.at))

    def write(self) -> set[int]:
        """Put everybody who is new or changed into the database, with their identities; merged rows go. Those into whom others
        were merged come back: what they bought is to be counted anew."""
        for person in self._persons.values():
            person.spell()
        changed: dict[frozenset[str], list[Person]] = {}
        for person in self._persons.values():
            if person.changed and not person.is_new:
                changed.setdefault(frozenset(person.changed), []).append(person)
        for names, persons in changed.items():
            self._update(sorted(names), persons)
        bulk(
            self.session,
            INSERT_CUSTOMER,
            table=CUSTOMER,
            rows=[p.values for p in self._persons.values() if p.is_new],
        )
        self._write_identities()
        met = [*(kept for kept, _ in self._met_at), *(kept for _, kept in self._to_merge)]
        joined = {self._now_called(kept) for kept in met}
        for gone, kept in self._to_merge:
            merge_rows(self.session, self.store, gone=gone, kept=self._now_called(kept))
        for kept, at in self._met_at:
            note_merge(self.session, self._now_called(kept), at=at)
        self._to_merge.clear()
        self._met_at.clear()
        for person in self._persons.values():
            person.is_new = False
            person.changed.clear()
        return joined

    def _update(self, names: Sequence[str], persons: Sequence[Person]) -> None:
        rows = [{"id": one.id, **{name: one.values[name] for name in names}} for one in persons]
        bulk_update(self.session, CUSTOMER, rows=rows)

    def _find(self, names: Iterable[Key]) -> None:
        unknown = set(names) - self._known.keys()
        if unknown:
            found = identities.holders(self.session, self.store.id, names=unknown)
            self._known |= found
            self._stored |= found

    def _read(self, tellings: Sequence[Telling]) -> None:
        spoken = [telling.claims for telling in tellings if not telling.is_word_of_buyer]
        by_account = {self._known[key] for claims in spoken for key in claims if key in self._known}
        named = {self._known[key] for telling in tellings for key in telling.claims if key in self._known}
        self._load({one for one in by_account if one not in self._persons or not self._persons[one].is_whole}, WHOLE)
        self._load(named - by_account - set(self._persons), PART)

    def _load(self, ids: Iterable[int], names: Sequence[str]) -> None:
        for chunk in chunks(sorted(set(ids) - set(self._became))):
            query = sa.select(*(CUSTOMER.c[name] for name in names)).where(
                among(self.session, CUSTOMER.c.id, values=chunk)
            )
            for row in self.session.execute(query):
                values, before = dict(zip(names, row, strict=True)), self._persons.get(row[0])
                person = self._persons[row[0]] = Person(row[0], values, is_whole=names is WHOLE)
                if before is not None:
                    values.update(before.values)
                    person.changed = before.changed

    def _whole(self, person: Person) -> Person:
        """The same person with every field read: what is decided about it already stays."""
        if not person.is_whole:
            self._load([person.id], WHOLE)
        return self._persons[person.id]

    def _take(self, telling: Telling) -> None:
        person = self._resolve(telling)
        if telling.record.external_id and person.is_guest:
            person.set("external_id", telling.record.external_id)
        for key in telling.claims:
            self._known.setdefault(key, person.id)
        person.listen(telling)

    def _resolve(self, telling: Telling) -> Person:
        """The one person behind these identities; joins a guest to the account that owns the address."""
        if len(telling.claims) == 1 and (holder := self._known.get(telling.claims[0])) is not None:
            # By far the most: somebody known by the one name that may be claimed.
            return self._person(holder)
        held = {key[0]: self._person(self._known[key]) for key in telling.claims if key in self._known}
        account, owner = held.get(EXTERNAL), held.get(EMAIL)
        if account is None and owner is not None and (owner.is_guest or telling.record.external_id is None):
            return owner
        account = account or self._new()
        if owner is not None and owner is not account:
            account = self._settle(account, owner, telling=telling)
        return account

    def _settle(self, account: Person, owner: Person, *, telling: Telling) -> Person:
        """An account names an address that somebody else holds: a guest is the same person, another account only yields to
        newer knowledge."""
        address = email_key(telling.record.email) or ""
        if owner.is_guest:
            return self._join(account, owner)
        before = owner.values["said"].get("email")
        if before is None or telling.mark > before or owner.values["email"] != address:
            self._known[(EMAIL, address)] = account.id
        return account

    def _join(self, kept: Person, gone: Person) -> Person:
        """Make two persons one: the newer word of either stays, field by field."""
        kept, gone = self._whole(kept), self._whole(gone)
        kept.take_over(gone)
        for key, who in list(self._known.items()):
            if who == gone.id:
                self._known[key] = kept.id
        self._became[gone.id] = kept.id
        if not gone.is_new:
            self._to_merge.append((gone.id, kept.id))
            self._adopt_identities(kept, gone)
        self._persons.pop(gone.id, None)
        return kept

    def _adopt_identities(self, kept: Person, gone: Person) -> None:
        """Every identity of the one that goes, also those that this batch did not name, now names the one that stays."""
        for key in identities.of(self.session, gone.id):
            self._stored.setdefault(key, gone.id)
            self._known.setdefault(key, kept.id)

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
        self._persons[number] = Person(number, {**BLANK, "id": number, "store_id": self.store.id}, is_new=True)
        return self._persons[number]

    def _reserve(self, count: int) -> None:
        """Ids for people not yet written; on SQLite they lie beyond those that this batch already gave away."""
        short = count - len(self._ids)
        if short > 0:
            ahead = max(max(self._persons, default=0), max(self._ids, default=0))
            fresh = reserve_ids(self.session, CUSTOMER, count=short, beyond=ahead)
            self._ids = [*reversed(fresh), *self._ids]

    def _write_identities(self) -> None:
        store_id, stored = self.store.id, self._stored
        rows: list[dict[str, Any]] = [
            {"store_id": store_id, "kind": key[0], "value": key[1], "customer_id": who}
            for key, who in self._now_known()
            if stored.get(key) != who
        ]
        identities.add(self.session, [row for row in rows if (row["kind"], row["value"]) not in stored])
        identities.move(
            self.session, self.store.id, rows=[row for row in rows if (row["kind"], row["value"]) in stored]
        )
        self._stored |= {(row["kind"], row["value"]): row["customer_id"] for row in rows}

    def _now_known(self) -> Iterable[tuple[Key, int]]:
        if not self._became:
            return self._known.items()
        return [(key, self._now_called(who)) for key, who in self._known.items()]
