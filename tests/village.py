"""A store of a village: the smallest platform that keeps the contract, for stories. All that it tells is a record, as JSON."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors import records
from connectors.base import Ability, Access, CodeWish, Credentials, DeliveryHead, Healing, Now, SyncKind
from connectors.errors import Malformed, Temporary, Unauthorised, Unsupported
from connectors.records import ConsentRecord, GoneRecord, Kind, Page, Reading, Record, StoreProfile

PLATFORM = "village"
PAGE = 50
KINDS: dict[str, type[Any]] = {
    name: getattr(records, name)
    for name in records.__all__
    if name.endswith("Record") and dataclasses.is_dataclass(getattr(records, name))
}


def written(record: Record) -> bytes:
    """A record as this platform's webhook tells it."""
    return msgspec.json.encode({"kind": type(record).__name__, "what": record})


class Village:
    """`connectors.base.StoreConnector` over a dict of what each store has; `trouble` is raised by the next calls, `no_codes` by
    the next wishes for codes.

    Stores make discount codes from `makes_codes` on; `codes` are those that they made. One that `is_blind` shows nothing, and
    none shows in a crowd who is named in `apart`. `crowds` are how many each call for several asked for. `meanwhile` is what
    happens while somebody waits for its answer, `at_a_code` while somebody waits for a code.
    """

    platform = PLATFORM
    topics = frozenset({"told"})

    def __init__(self, now: Now) -> None:
        self._now = now
        self.stores: dict[str, dict[tuple[str, str], Record]] = {}
        self.told: list[ConsentRecord] = []
        self.trouble: list[Temporary | Unauthorised] = []
        self.looks: list[tuple[Kind, str]] = []
        self.crowds: list[int] = []
        self.apart: set[str] = set()
        self.meanwhile: Callable[[], None] = lambda: None
        self.abilities = frozenset({Ability.WRITE_CONSENT})
        self.codes: list[CodeWish] = []
        self.no_codes: list[Exception] = []
        self.asked_for_codes = 0
        self.at_a_code: Callable[[], object] = lambda: None
        self.is_blind = False

    def keep(self, address: str, record: Record) -> None:
        """Remember the newest of everything, as a store does."""
        name = getattr(record, "external_id", None) or repr(record)
        self.stores.setdefault(address, {})[(type(record).__name__, str(name))] = record

    def head(self, headers: Mapping[str, str], body: bytes) -> DeliveryHead:
        del body
        return DeliveryHead(topic="told", address=headers["address"], key=headers["key"])

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
        del headers, body, credentials
        return True

    def read(self, topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
        del topic, profile, received_at
        try:
            told = msgspec.json.decode(body)
            return Reading((msgspec.convert(told["what"], KINDS[told["kind"]]),))
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise Malformed("this is no record") from error

    def profile(self, access: Access) -> StoreProfile:
        self._may_fail()
        return StoreProfile(name=access.address, currency="EUR", zone="Europe/Berlin", country="DE")

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        del kind, profile, since
        everything = list(self.stores.get(access.address, {}).values())
        place = int(str((cursor or {}).get("place", 0)))
        while True:
            self._may_fail()
            here, place = everything[place : place + PAGE], place + PAGE
            done = min(place, len(everything))
            yield Page(
                tuple(here), {"place": place}, done, len(everything), is_last=place >= len(everything), phase="all"
            )
            if place >= len(everything):
                return

    def look(self, access: Access, kind: Kind, *, external_id: str, profile: StoreProfile) -> Reading:
        del profile
        self.meanwhile()
        self._may_fail()
        if self.is_blind:
            raise Unsupported("this village shows nothing")
        self.looks.append((kind, external_id))
        found = self.stores.get(access.address, {}).get((f"{kind.value.title()}Record", external_id))
        return Reading((found,) if found is not None else (GoneRecord(kind, external_id, self._now()),))

    def look_each(
        self, access: Access, kind: Kind, *, external_ids: Sequence[str], profile: StoreProfile
    ) -> Iterator[tuple[str, Reading]]:
        self._may_fail()
        if self.is_blind:
            return
        self.crowds.append(len(external_ids))
        for one in external_ids:
            if one not in self.apart:
                yield one, self.look(access, kind, external_id=one, profile=profile)

    def heal(self, access: Access, address: str) -> Healing:
        raise Unsupported("a village keeps no webhooks")

    def keep_alive(self, access: Access) -> None:
        """Keys of a village last for ever."""

    def write_consent(self, access: Access, consent: ConsentRecord) -> None:
        del access
        self._may_fail()
        self.told.append(consent)

    def make_code(self, access: Access, wish: CodeWish, *, profile: StoreProfile) -> str:
        del access, profile
        self.asked_for_codes += 1
        self.at_a_code()
        if self.no_codes:
            raise self.no_codes.pop(0)
        self._may_fail()
        if Ability.MAKE_CODES not in self.abilities:
            raise Unsupported("this village knows no codes")
        self.codes = [*(one for one in self.codes if one.code != wish.code), wish]
        return f"code-{wish.code}"

    def makes_codes(self) -> None:
        """From now on its stores give discount codes."""
        self.abilities |= {Ability.MAKE_CODES}

    def remove_code(self, access: Access, external_id: str) -> None:
        raise Unsupported("a village knows no codes")

    def _may_fail(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
