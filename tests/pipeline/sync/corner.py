"""A platform of corner shops: plain lists behind the whole contract, with everything that a store may do wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.base import Ability, Access, CodeWish, Credentials, DeliveryHead, Healing, SyncKind
from connectors.errors import Malformed, Misplaced, Unsupported
from connectors.records import (
    ConsentRecord,
    CustomerRecord,
    GoneRecord,
    Kind,
    LineRecord,
    OrderRecord,
    OrderStatus,
    Page,
    Reading,
    Record,
    StoreProfile,
)

PLATFORM = "corner"
BORN = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


def an_order(number: int, *, at: datetime | None = None, buyer: str | None = None, total: int = 1000) -> OrderRecord:
    at = at or BORN + timedelta(hours=number)
    who = CustomerRecord(f"c{number}", email=buyer or f"person{number}@example.com")
    lines = (LineRecord("Soap", 2, total // 2, "soap"),)
    return OrderRecord(
        f"o{number}", f"#{number}", at, at, "EUR", total, OrderStatus.PAID, "paid", who, lines, paid_at=at
    )


@dataclass
class Corner:
    """`connectors.base.StoreConnector`. Each thing is kept with the time of its change.

    `troubles` are raised by the next calls, one each (None: this one works); `meanwhile` is called during each call.
    """

    things: dict[str, list[tuple[datetime, Record]]] = field(default_factory=dict)
    troubles: list[Exception | None] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)
    waits: list[float | None] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    meanwhile: Callable[[], None] = lambda: None
    page_size: int = 2
    asked: list[tuple[SyncKind, Mapping[str, object] | None, datetime | None]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    zone: str = "Europe/Berlin"
    platform: str = PLATFORM
    topics: frozenset[str] = frozenset({"told"})
    abilities: frozenset[Ability] = frozenset({Ability.HEAL_WEBHOOKS, Ability.REFRESH_TOKENS})

    def keep(self, address: str, *records: Record, at: datetime | None = None) -> None:
        changed = [(at or getattr(one, "updated_at", None) or BORN, one) for one in records]
        self.things.setdefault(address, []).extend(changed)

    def head(self, headers: Mapping[str, str], body: bytes) -> DeliveryHead:
        raise Malformed("a corner shop never calls")

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
        return False

    def read(self, topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
        raise Malformed("a corner shop never calls")

    def profile(self, access: Access) -> StoreProfile:
        self._call(access, "profile")
        return StoreProfile(name="The corner", currency="EUR", zone=self.zone, country="DE")

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        self.asked.append((kind, cursor, since))
        listed = self._listed(access.address, kind, since=since)
        if cursor is not None and "place" not in cursor:
            raise Misplaced("this is no place in a corner shop")
        place = int(str((cursor or {"place": 0})["place"]))
        while True:
            self._call(access, "page")
            here, place = listed[place : place + self.page_size], min(place + self.page_size, len(listed))
            wait = self.waits.pop(0) if self.waits else None
            is_last = place >= len(listed) and wait is None
            cursor = {"place": place}
            yield Page(
                tuple(here), cursor, place, len(listed), wait, is_last=is_last, unknown=self.unknown, phase="things"
            )
            if is_last or wait is not None:
                return

    def _listed(self, address: str, kind: SyncKind, *, since: datetime | None) -> Sequence[Record]:
        listed = self.things.get(address, [])
        if kind is SyncKind.HISTORY:
            return [one for _, one in listed]
        assert since is not None
        # Strictly greater at one second, like the strictest of the real ones.
        changed = [one for at, one in listed if at.replace(microsecond=0) > since.replace(microsecond=0)]
        return [one for one in changed if kind is not SyncKind.RECENT or not isinstance(one, CustomerRecord)]

    def look(self, access: Access, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
        self._call(access, f"look {external_id}")
        if external_id in self.broken:
            raise self.broken[external_id]
        if kind not in (Kind.ORDER, Kind.CUSTOMER):
            raise Unsupported("a corner shop shows its orders and customers")
        for at, one in reversed(self.things.get(access.address, [])):
            if getattr(one, "external_id", None) == external_id:
                return Reading((one,), self.unknown if at else ())
        return Reading((GoneRecord(kind, external_id, BORN + timedelta(days=300)),))

    def heal(self, access: Access, address: str) -> Healing:
        self._call(access, "heal")
        return Healing(made=("told",))

    def keep_alive(self, access: Access) -> None:
        self._call(access, "keep_alive")

    def write_consent(self, access: Access, consent: ConsentRecord) -> None:
        raise Unsupported("a corner shop keeps no consent")

    def make_code(self, access: Access, wish: CodeWish, *, profile: StoreProfile) -> str:
        raise Unsupported("a corner shop has no codes")

    def remove_code(self, access: Access, external_id: str) -> None:
        raise Unsupported("a corner shop has no codes")

    def _call(self, access: Access, name: str) -> None:
        self.calls.append(name)
        access.current()
        self.meanwhile()
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
