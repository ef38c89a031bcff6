"""The battery of what a store sends: genuine, known again, and read or set aside, however spoilt it is."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Ability
from connectors.errors import Malformed
from tests.contracts.hostile import HOSTILE_BODIES, spoilt
from tests.contracts.trial import RECEIVED, Trial, check

# Each platform inherits these tests with other deliveries, so nothing is replayed from one to the other.
many = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class StoreDeliveriesBattery:
    """What holds for the deliveries of every platform."""

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
