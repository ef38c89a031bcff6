"""One person while a batch works on it: what was said, how surely and when, and which identities a telling may claim.

Every field is a register with its own time and rank (the account itself beats a buyer's word in an order, later beats
earlier), so that payloads in any order end in the same row.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from app.addresses import email_key, phone_key
from app.db import EPOCH, MICROSECOND
from app.model.customer import IdentityKind
from app.spelling import name_keys
from connectors.records import CustomerRecord

Key = tuple[str, str]
Mark = list[int]
# Plain text: reading the word of an enumeration costs more than all else about a name.
EXTERNAL, EMAIL = IdentityKind.EXTERNAL.value, IdentityKind.EMAIL.value
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
NAMES = frozenset({"first_name", "last_name"})
LIMITS = {"first_name": 255, "last_name": 255, "locale": 35, "country": 2, "region": 80, "phone": 40}
# What a record says in the very words that are kept.
SAID = (*LIMITS, "email_verified")
READ_SAID = attrgetter(*SAID)
BLANK: dict[str, Any] = {
    **dict.fromkeys((*FIELDS, "external_id", "updated_at", "gone_at", "name_key", "back_key")),
    "tags": [],
    "is_staff": False,
    "orders_count": 0,
    "spent": 0,
    "pace": {},
    "said": {},
}


class Telling(NamedTuple):
    """One record about a person, with its time; `is_word_of_buyer` where an order or checkout said it in passing.

    `claims` are the identities it may claim for its person, the surest first: an account's address only where the account
    itself says so and the platform does not call it unverified, since a buyer may type anybody's address into an order.
    """

    record: CustomerRecord
    names: tuple[Key, ...]
    claims: tuple[Key, ...]
    mark: Mark
    at: datetime | None
    is_word_of_buyer: bool


def told(record: CustomerRecord, at: datetime | None, *, is_word_of_buyer: bool = False) -> Telling:
    names = keys_of(record)
    only_account = record.external_id and (is_word_of_buyer or record.email_verified is False)
    mark = [0 if is_word_of_buyer else 1, (at - EPOCH) // MICROSECOND if at is not None else 0]
    return Telling(record, names, names[:1] if only_account else names, mark, at, is_word_of_buyer)


def keys_of(record: CustomerRecord) -> tuple[Key, ...]:
    """The identities that a record names. Phones join nobody: families share them."""
    address = email_key(record.email)
    if not record.external_id:
        return ((EMAIL, address),) if address is not None else ()
    account = (EXTERNAL, record.external_id)
    return (account,) if address is None else (account, (EMAIL, address))


@dataclass(slots=True)
class Person:
    """A customer's row, or the part of it that was read. `changed` names what has to be written."""

    id: int
    values: dict[str, Any]
    is_new: bool = False
    is_whole: bool = True
    changed: set[str] = field(default_factory=set)

    @property
    def is_guest(self) -> bool:
        return self.values["external_id"] is None

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value
        self.changed.add(name)

    def spell(self) -> None:
        """Keep the keys by which a name is looked up beside a name that was said anew."""
        if not NAMES.isdisjoint(self.changed):
            first, back = name_keys(self.values["first_name"], self.values["last_name"])
            self.set("name_key", first)
            self.set("back_key", back)

    def listen(self, telling: Telling) -> None:
        """Take over what is said, field by field, unless it was said more surely or later before."""
        values, mark = self.values, telling.mark
        said: dict[str, Mark] = values["said"]
        if self.is_new and not said:
            self._hear_first(telling)
            return
        if telling.is_word_of_buyer and not self.is_new and said and all(said.get(name, mark) > mark for name in WEAK):
            return
        marks = dict(said)
        for name, value in _fields(telling).items():
            before = said.get(name)
            # What was not read was last said by a buyer in this very order, and says the same again.
            if before is None or before < mark or (before == mark and name in values and values[name] != value):
                marks[name] = mark
                # Most say again what they said before, only later: of that the time is new, and nothing else is written.
                if name not in values or values[name] != value:
                    self.set(name, value)
        if marks != said:
            self.set("said", marks)
        if not telling.is_word_of_buyer:
            self._heard_of(telling.at)

    def _hear_first(self, telling: Telling) -> None:
        """Nothing was said before, so that there is nothing to compare."""
        found = _fields(telling)
        self.values.update(found, said=dict.fromkeys(found, telling.mark))
        self.changed.update(found)
        if not telling.is_word_of_buyer:
            self._heard_of(telling.at)

    def _heard_of(self, at: datetime | None) -> None:
        if at is not None and (self.values["updated_at"] is None or at > self.values["updated_at"]):
            self.set("updated_at", at)

    def take_over(self, other: "Person") -> None:
        """Make the other's newer words ours, field by field."""
        for name in FIELDS:
            theirs, ours = other.values["said"].get(name), self.values["said"].get(name)
            if theirs is not None and (ours is None or theirs > ours):
                self.set(name, other.values[name])
                self.set("said", {**self.values["said"], name: theirs})
        self._heard_of(other.values["updated_at"])


# What a buyer's word usually holds: where the account itself has said all of it, there is nothing to compare.
WEAK = ("email", "first_name", "last_name", "country", "phone", "region", "locale")


def _fields(telling: Telling) -> dict[str, Any]:
    """What a telling says, field by field; what it does not say is not there."""
    record = telling.record
    found = {
        name: value[: LIMITS[name]] if name in LIMITS else value
        for name, value in zip(SAID, READ_SAID(record), strict=True)
        if value is not None
    }
    if "phone" in found:
        found["phone"] = phone_key(record.phone) or found["phone"]
    if telling.names and telling.names[-1][0] == EMAIL:
        found["email"] = telling.names[-1][1]
    if record.is_staff:
        found["is_staff"] = True
    if record.tags is not None:
        found["tags"] = list(record.tags)
    if record.birthday is not None:
        found["birthday"] = _birthday(record.birthday, has_year=record.birthday_has_year)
    if record.created_at is not None:
        found["joined_at"] = record.created_at
    return found


def _birthday(day: date, *, has_year: bool) -> str:
    return day.isoformat() if has_year else f"--{day:%m-%d}"
