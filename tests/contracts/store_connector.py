"""The battery that every store connector passes: whoever adds one inherits it and gives a store to try it on.

A subclass gives the fixture `trial`: the connector, a store with something of everything in it, genuine deliveries of that
store, and ways to make the store misbehave.
"""

import dataclasses
import json
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Ability, CodeWish, Credentials, StoreConnector, SyncKind
from connectors.errors import Malformed, Misplaced, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import (
    ConsentRecord,
    ConsentState,
    GoneRecord,
    Kind,
    Medium,
    Page,
    Reading,
    Record,
    StoreProfile,
)

FAMILIES = (Temporary, Permanent, Unauthorised, Unsupported, Malformed)
RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MONEY = {"price", "total", "refunded", "amount", "quantity", "due_days"}
MOST_RECORDS = 2000

# Each platform inherits these tests with other deliveries, so nothing is replayed from one to the other.
many = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


@dataclass(frozen=True)
class Delivery:
    """One webhook call as the store sent it."""

    topic: str
    headers: Mapping[str, str]
    body: bytes


class Trouble(StrEnum):
    """What the store does wrong with every call from now on."""

    DOWN = "down"
    TORN = "torn"
    THROTTLED = "throttled"


class KeptAccess:
    """A store's credentials, kept in memory; `fetched` counts how often they were renewed."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self._address = address
        self._credentials = credentials
        self.fetched = 0

    @property
    def address(self) -> str:
        return self._address

    def current(self) -> Credentials:
        return self._credentials

    def renew(self, stale: Credentials, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        if self._credentials is stale:
            self._credentials = fetch(stale)
            self.fetched += 1
        return self._credentials


@dataclass(frozen=True)
class Trial:
    """A connector before a store that has something of everything.

    `present` names an object of each kind that can be looked at; `missing` one that never was, of each kind whose absence
    the platform can tell.
    `signature` is the header that holds the signature. `pass_time` lets the store get on with what it does by itself.
    """

    connector: StoreConnector
    access: KeptAccess
    profile: StoreProfile
    deliveries: Sequence[Delivery]
    signature: str
    present: Mapping[Kind, str]
    missing: Mapping[Kind, str]
    webhook_address: str
    trouble: Callable[[Trouble], None]
    revoke: Callable[[], None]
    pass_time: Callable[[float], None] = field(default=lambda _seconds: None)

    def run(
        self, kind: SyncKind, *, cursor: Mapping[str, object] | None = None, since: datetime | None = None
    ) -> list[Page]:
        """Every page up to the last, as the house asks for them: the cursor goes through JSON, waits are kept."""
        pages: list[Page] = []
        for _ in range(200):
            for page in self.connector.pages(self.access, kind, profile=self.profile, cursor=cursor, since=since):
                pages.append(page)
                cursor = json.loads(json.dumps(page.cursor))
                if page.is_last:
                    return pages
                if page.wait_seconds is not None:
                    self.pass_time(page.wait_seconds)
                    break
        raise AssertionError("the run never came to its last page")

    def read(self, delivery: Delivery, body: bytes | None = None) -> Reading:
        raw = delivery.body if body is None else body
        return self.connector.read(delivery.topic, raw, profile=self.profile, received_at=RECEIVED)

    def genuine(self, delivery: Delivery, *, body: bytes | None = None, signature: str | None = None) -> bool:
        """Whether the delivery is genuine, with another body or signature than it came with."""
        headers = dict(delivery.headers)
        if signature is not None:
            headers[self.signature] = signature
        raw = delivery.body if body is None else body
        return self.connector.is_genuine(headers, raw, credentials=self.access.current())


def records_of(pages: Sequence[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


def told_by(pages: Sequence[Page]) -> list[str]:
    """The records in an order of their own: platforms may list the same things in another order each time."""
    return sorted(repr(record) for record in records_of(pages))


def check(value: Any, name: str = "") -> None:
    """That a record keeps its word: times aware UTC, money and counts whole, text that any database takes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            check(getattr(value, one.name), one.name)
    elif isinstance(value, tuple | list):
        for part in value:
            check(part, name)
    elif isinstance(value, Mapping):
        check([*value.keys(), *value.values()], name)
    else:
        _check_one(value, name)


def _check_one(value: Any, name: str) -> None:
    if isinstance(value, datetime):
        assert value.tzinfo is not None, name
        assert value.utcoffset() == timedelta(0), name
    elif name in MONEY and value is not None:
        assert type(value) is int, name
        assert abs(value) < 2**63, name
    elif name == "currency" and value is not None:
        assert re.fullmatch(r"[A-Z]{3}", value), name
    elif isinstance(value, str):
        assert "\x00" not in value, name
        value.encode()
        assert value or not name.endswith("external_id"), name
        assert name != "email" or value == value.lower(), name
    else:
        assert value is None or isinstance(value, bool | int | Enum | date) or name == "wait_seconds", name


_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.none() | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "NaN",
            "1e999999999",
            "9" * 5000,
            2**63,
            -(2**63),
            2**200,
            1e308,
            "0000-00-00T00:00:00",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "2026-02-30T00:00:00Z",
            "a\u0000b",
            "javascript:alert(1)",
            "Anna@EXAMPLE.com",
            "gid://shopify/Order/",
        ]
    ),
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, part in list(inside):
        yield value, key
        yield from _places(part)


@st.composite
def spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """A payload with one to three of its values replaced by anything, or taken away."""
    payload = json.loads(body)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(payload))
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()):
            container[key] = draw(_JUNK)
        else:
            del container[key]
    return json.dumps(payload).encode()


HOSTILE_BODIES = [
    b"",
    b" ",
    b"null",
    b"true",
    b"7",
    b'""',
    b"[]",
    b"{}",
    b"[{}]",
    b"{",
    b'{"id":',
    b"\xff\xfe",
    b'{"id":"\xff"}',
    b'{"id":"\\ud800"}',
    b'{"id":1e999}',
    b'{"id":-1}',
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"code":7}',
    b'{"errors":"x"}',
    b"webhook_id=1",
    b"<html></html>",
]
HOSTILE_IDS = [
    "",
    " ",
    "0",
    "-1",
    "1/../2",
    "../../users/1",
    "1?x=2",
    "1#",
    "1 OR 1=1",
    "💥",
    "1\n2",
    "9" * 300,
    "%2e%2e",
    "\x00",
]


class StoreConnectorBattery:
    """What holds for every platform."""

    # Deliveries

    def test_it_says_what_it_is(self, trial: Trial) -> None:
        assert re.fullmatch(r"[a-z]+", trial.connector.platform)
        assert trial.connector.topics
        assert trial.connector.abilities <= set(Ability)

    def test_every_delivery_of_the_store_is_known_and_genuine(self, trial: Trial) -> None:
        assert trial.deliveries
        for delivery in trial.deliveries:
            head = trial.connector.head(delivery.headers, delivery.body)
            assert head.topic == delivery.topic
            assert head.topic in trial.connector.topics
            assert head.key
            assert not head.is_ping
            assert trial.genuine(delivery), delivery.topic

    def test_a_repeated_delivery_has_the_same_key_and_another_one_another(self, trial: Trial) -> None:
        keys: dict[tuple[str, str], bytes] = {}
        for delivery in trial.deliveries:
            first, again = (trial.connector.head(delivery.headers, delivery.body) for _ in range(2))
            assert first == again
            assert keys.setdefault((first.topic, first.key), delivery.body) == delivery.body
        assert len(keys) >= len({(delivery.topic, delivery.body) for delivery in trial.deliveries})

    def test_headers_are_found_in_any_case(self, trial: Trial) -> None:
        for delivery in trial.deliveries:
            head = trial.connector.head(delivery.headers, delivery.body)
            for change in (str.lower, str.upper):
                headers = {change(name): value for name, value in delivery.headers.items()}
                assert trial.connector.head(headers, delivery.body) == head
                assert trial.connector.is_genuine(headers, delivery.body, credentials=trial.access.current())

    def test_a_signature_covers_the_raw_bytes(self, trial: Trial) -> None:
        for delivery in trial.deliveries:
            assert not trial.genuine(delivery, body=delivery.body + b" ")
            assert not trial.genuine(delivery, body=delivery.body[:-1])
            assert not trial.genuine(delivery, body=b"")
            anew = json.dumps(json.loads(delivery.body), indent=1).encode()
            assert not trial.genuine(delivery, body=anew)

    @pytest.mark.parametrize("signature", ["", " ", "x", "=", "AAAA", "ünïcödé", "\udce9", "sha256=", "A" * 10_000])
    def test_a_wrong_signature_is_not_genuine(self, trial: Trial, signature: str) -> None:
        assert not trial.genuine(trial.deliveries[0], signature=signature)

    def test_a_missing_signature_is_not_genuine(self, trial: Trial) -> None:
        delivery = trial.deliveries[0]
        headers = {name: value for name, value in delivery.headers.items() if name != trial.signature}
        assert len(headers) == len(delivery.headers) - 1
        assert not trial.connector.is_genuine(headers, delivery.body, credentials=trial.access.current())
        assert not trial.connector.is_genuine({}, delivery.body, credentials=None)

    def test_a_head_of_nothing_is_malformed(self, trial: Trial) -> None:
        with pytest.raises(Malformed):
            trial.connector.head({}, b"{}")

    # Reading

    def test_every_delivery_reads_as_good_records(self, trial: Trial) -> None:
        found = 0
        for delivery in trial.deliveries:
            reading = trial.read(delivery)
            check(reading)
            found += len(reading.records)
        assert found >= len(trial.deliveries) / 2

    def test_reading_is_pure(self, trial: Trial) -> None:
        for delivery in trial.deliveries:
            assert trial.read(delivery) == trial.read(delivery)

    @pytest.mark.parametrize("topic", ["", "nobody/knows", "nobody.knows", "orders", "\x00", "x" * 5000, "órder"])
    def test_an_unknown_topic_is_malformed(self, trial: Trial, topic: str) -> None:
        assert topic not in trial.connector.topics
        with pytest.raises(Malformed):
            trial.connector.read(topic, trial.deliveries[0].body, profile=trial.profile, received_at=RECEIVED)

    @pytest.mark.parametrize("body", HOSTILE_BODIES, ids=lambda body: repr(body[:20]))
    def test_a_hostile_body_is_set_aside_and_nothing_worse(self, trial: Trial, body: bytes) -> None:
        for topic in trial.connector.topics:
            with suppress(Malformed):
                check(trial.connector.read(topic, body, profile=trial.profile, received_at=RECEIVED))

    @many
    @given(data=st.data())
    def test_a_spoilt_payload_is_read_or_malformed_and_never_worse(self, trial: Trial, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(list(trial.deliveries)), label="delivery")
        body = data.draw(spoilt(delivery.body), label="body")
        with suppress(Malformed):
            check(trial.read(delivery, body))

    @many
    @given(data=st.data())
    def test_torn_bytes_are_read_or_malformed_and_never_worse(self, trial: Trial, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(list(trial.deliveries)), label="delivery")
        raw = bytearray(delivery.body)
        place = data.draw(st.integers(0, len(raw)), label="place")
        raw[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
        with suppress(Malformed):
            check(trial.read(delivery, bytes(raw)))

    # Calls

    def test_the_store_says_what_it_is(self, trial: Trial) -> None:
        profile = trial.connector.profile(trial.access)
        check(profile)
        assert profile.name
        assert ZoneInfo(profile.zone)
        assert profile.country is None or re.fullmatch(r"[A-Z]{2}", profile.country)

    def test_a_history_comes_in_pages_to_one_last_page(self, trial: Trial) -> None:
        pages = trial.run(SyncKind.HISTORY)
        check(pages)
        assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
        assert all(len(page.records) <= MOST_RECORDS for page in pages)
        assert all(page.unknown == () for page in pages)
        done = [page.done for page in pages]
        assert done == sorted(done)
        assert pages[-1].total is None or pages[-1].done <= pages[-1].total
        kinds = {type(record).__name__ for record in records_of(pages)}
        assert kinds >= {"CustomerRecord", "OrderRecord", "ProductRecord"}

    def test_a_run_resumes_from_any_cursor_with_the_same_records(self, trial: Trial) -> None:
        pages = trial.run(SyncKind.HISTORY)
        for number, page in enumerate(pages[:-1], 1):
            rest = trial.run(SyncKind.HISTORY, cursor=json.loads(json.dumps(page.cursor)))
            assert told_by(rest) == told_by(pages[number:])

    def test_a_second_run_tells_the_same(self, trial: Trial) -> None:
        assert told_by(trial.run(SyncKind.HISTORY)) == told_by(trial.run(SyncKind.HISTORY))

    def test_a_catch_up_since_long_ago_has_every_order_and_customer(self, trial: Trial) -> None:
        def keys(kind: SyncKind, since: datetime | None) -> set[tuple[str, str]]:
            return {
                (type(record).__name__, str(getattr(record, "external_id", "")))
                for record in records_of(trial.run(kind, since=since))
                if type(record).__name__ in ("OrderRecord", "CustomerRecord", "ProductRecord")
            }

        history = keys(SyncKind.HISTORY, None)
        assert history
        assert history <= keys(SyncKind.CHANGES, LONG_AGO)

    def test_a_recent_catch_up_has_every_order_and_nothing_that_the_whole_one_has_not(self, trial: Trial) -> None:
        whole, recent = (
            {(type(one).__name__, str(getattr(one, "external_id", one))) for one in records_of(pages)}
            for pages in (trial.run(kind, since=LONG_AGO) for kind in (SyncKind.CHANGES, SyncKind.RECENT))
        )
        assert recent <= whole
        assert {one for one in whole if one[0] == "OrderRecord"} == {one for one in recent if one[0] == "OrderRecord"}

    def test_a_catch_up_since_tomorrow_has_no_order(self, trial: Trial) -> None:
        pages = trial.run(SyncKind.CHANGES, since=datetime(2199, 1, 1, tzinfo=UTC))
        check(pages)
        assert pages[-1].is_last
        assert not [record for record in records_of(pages) if type(record).__name__ == "OrderRecord"]

    def test_a_cursor_of_somebody_else_is_refused(self, trial: Trial) -> None:
        with pytest.raises(Misplaced):
            trial.run(SyncKind.HISTORY, cursor={"nobody": ["knows", {"this": 1}]})

    def test_a_look_shows_what_is_there(self, trial: Trial) -> None:
        assert trial.present
        for kind, external_id in trial.present.items():
            reading = trial.connector.look(trial.access, kind, external_id=external_id, profile=trial.profile)
            check(reading)
            assert external_id in {getattr(record, "external_id", None) for record in reading.records}, kind

    def test_a_look_at_what_is_missing_says_that_it_is_gone(self, trial: Trial) -> None:
        for kind, external_id in trial.missing.items():
            reading = trial.connector.look(trial.access, kind, external_id=external_id, profile=trial.profile)
            (gone,) = reading.records
            assert isinstance(gone, GoneRecord)
            assert (gone.kind, gone.external_id) == (kind, external_id)
            check(gone)

    def test_a_kind_that_cannot_be_shown_is_unsupported(self, trial: Trial) -> None:
        assert {Kind.ORDER, Kind.CUSTOMER, Kind.PRODUCT} <= set(trial.missing) <= set(trial.present)
        for kind in set(Kind) - set(trial.present):
            with pytest.raises(Unsupported):
                trial.connector.look(trial.access, kind, external_id="1", profile=trial.profile)

    @pytest.mark.parametrize("external_id", HOSTILE_IDS, ids=lambda one: repr(one[:12]))
    def test_a_hostile_id_never_leads_anywhere(self, trial: Trial, external_id: str) -> None:
        for kind in trial.present:
            try:
                reading = trial.connector.look(trial.access, kind, external_id=external_id, profile=trial.profile)
            except FAMILIES:
                continue
            assert [type(record) for record in reading.records] == [GoneRecord]

    # Bad days

    @pytest.mark.parametrize("trouble", list(Trouble))
    def test_a_store_in_trouble_may_be_asked_again(self, trial: Trial, trouble: Trouble) -> None:
        trial.trouble(trouble)
        kind, external_id = next(iter(trial.present.items()))
        with pytest.raises(Temporary) as raised:
            trial.connector.look(trial.access, kind, external_id=external_id, profile=trial.profile)
        with pytest.raises(Temporary):
            trial.run(SyncKind.HISTORY)
        self.told_nothing(trial, raised.value)

    def test_revoked_keys_mean_connect_again(self, trial: Trial) -> None:
        trial.revoke()
        for call in (
            lambda: trial.connector.profile(trial.access),
            lambda: trial.run(SyncKind.HISTORY),
            lambda: trial.connector.look(
                trial.access, Kind.ORDER, external_id=trial.present[Kind.ORDER], profile=trial.profile
            ),
        ):
            with pytest.raises(Unauthorised) as raised:
                call()
            self.told_nothing(trial, raised.value)

    @staticmethod
    def told_nothing(trial: Trial, error: Exception) -> None:
        """No key and no signature in what ends up in a log."""
        told = "".join(traceback.format_exception(error))
        for word in (*trial.access.current().secrets.values(), "oauth_signature", "access_token"):
            assert word not in told

    # What not every platform can do

    def test_webhooks_are_healed_once_and_then_left_alone(self, trial: Trial) -> None:
        if Ability.HEAL_WEBHOOKS not in trial.connector.abilities:
            with pytest.raises(Unsupported):
                trial.connector.heal(trial.access, trial.webhook_address)
            return
        first = trial.connector.heal(trial.access, trial.webhook_address)
        assert set(first.kept) | set(first.made) == trial.connector.topics
        again = trial.connector.heal(trial.access, trial.webhook_address)
        assert (set(again.kept), again.made, again.removed) == (set(trial.connector.topics), (), ())

    def test_keys_are_kept_alive_without_harm(self, trial: Trial) -> None:
        trial.connector.keep_alive(trial.access)
        assert trial.connector.profile(trial.access).name

    def test_a_consent_is_written_or_refused(self, trial: Trial) -> None:
        customer = trial.present[Kind.CUSTOMER]
        at = RECEIVED - timedelta(days=1)
        consent = ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, at, "page", customer_external_id=customer)
        if Ability.WRITE_CONSENT not in trial.connector.abilities:
            with pytest.raises(Unsupported):
                trial.connector.write_consent(trial.access, consent)
            return
        trial.connector.write_consent(trial.access, consent)
        reading = trial.connector.look(trial.access, Kind.CUSTOMER, external_id=customer, profile=trial.profile)
        states = [
            one.state
            for record in reading.records
            for one in getattr(record, "consents", ())
            if one.medium == Medium.EMAIL
        ]
        assert states == [ConsentState.UNSUBSCRIBED]

    def test_a_code_is_made_once_however_often_it_is_asked_for_and_removed_as_often(self, trial: Trial) -> None:
        if Ability.MAKE_CODES not in trial.connector.abilities:
            pytest.skip("this platform makes no codes")
        customer = trial.present[Kind.CUSTOMER]
        ends = RECEIVED + timedelta(days=30)
        wish = CodeWish("KX7P2QRT", 10, "A test", RECEIVED, ends, customer, "anna@example.com")
        first = trial.connector.make_code(trial.access, wish, profile=trial.profile)
        assert trial.connector.make_code(trial.access, wish, profile=trial.profile) == first
        other = dataclasses.replace(wish, code="MN4W8ZYB")
        assert trial.connector.make_code(trial.access, other, profile=trial.profile) != first
        trial.connector.remove_code(trial.access, first)
        trial.connector.remove_code(trial.access, first)

    def test_nothing_that_a_connector_shows_of_itself_holds_a_secret(self, trial: Trial) -> None:
        shown = repr(trial.connector) + repr(trial.access.current())
        assert not [secret for secret in trial.access.current().secrets.values() if secret in shown]
