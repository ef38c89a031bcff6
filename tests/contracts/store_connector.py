"""The battery that every store connector passes, with `store_deliveries` beside it: whoever adds one inherits both.

A subclass gives the fixture `trial`: the connector, a store with something of everything in it, genuine deliveries of that
store, and ways to make the store misbehave.
"""

import dataclasses
import json
import re
import traceback
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.base import Ability, CodeWish, SyncKind
from connectors.errors import Malformed, Misplaced, Permanent, Temporary, Unauthorised, Unsupported
from connectors.records import (
    ConsentRecord,
    ConsentState,
    GoneRecord,
    Kind,
    Medium,
)
from tests.contracts.hostile import HOSTILE_IDS
from tests.contracts.trial import RECEIVED, Trial, Trouble, check, records_of, told_by

FAMILIES = (Temporary, Permanent, Unauthorised, Unsupported, Malformed)


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


MOST_RECORDS = 2000


class StoreConnectorBattery:
    """What holds for the calls to every platform."""

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
