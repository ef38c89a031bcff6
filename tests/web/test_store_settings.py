"""The settings of a store: saved as a whole or not at all, by those who may, and meant for this store alone."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import sections
from app.choices import choices_of
from app.facts import law_of
from app.model import Brake, Deed, Member, Store, Suppression
from app.runtime import Runtime
from tests.web.pages_town import Browser
from tests.web.visiting import House, bearer, id_token, plugged

GOOD: dict[str, dict[str, str]] = {
    "sender": {
        "sender_name": "  Tea   corner ",
        "sender_address": "Hello@Example.com",
        "reply_to": "answers@example.com",
        "postal_address": "1 Lane\n\n  London ",
        "colour": "#AA0000",
        "logo_url": "https://shop.example/logo.png",
    },
    "consent": {"double_opt_in": "at, de ch", "soft_since": "2026-01-01", "takes_implied": "on"},
    "sending": {
        "cap_hours": "24",
        "cap_per_week": "2",
        "quiet_from": "21:30",
        "quiet_until": "08:00",
        "holdout_percent": "5",
        "warm_up_since": "2026-11-01",
        "warm_up_first": "100",
        "marks_links": "on",
    },
    "codes": {"code_prefix": "tea"},
    "privacy": {
        "keep_interests_days": "30",
        "keep_receipts_days": "365",
        "keep_request_address_days": "90",
        "keep_gone_people_days": "60",
    },
}
BAD = [
    ("sender", "sender_address", "nobody"),
    ("sender", "colour", "red"),
    ("sender", "logo_url", "http://shop.example/logo.png"),
    ("sender", "sender_name", "x" * 101),
    ("consent", "double_opt_in", "Germany"),
    ("consent", "soft_since", "31.12.2026"),
    ("sending", "cap_hours", "0"),
    ("sending", "cap_per_week", "8"),
    ("sending", "cap_per_week", "-1"),
    ("sending", "quiet_from", "25:00"),
    ("sending", "quiet_until", "21:30"),
    ("sending", "quiet_until", ""),
    ("sending", "holdout_percent", "60"),
    ("codes", "code_prefix", "TEA TIME"),
    ("privacy", "keep_receipts_days", "5"),
]


@pytest.fixture
def ours(client: FlaskClient, runtime: Runtime, corner: House) -> Browser:
    return Browser(client, runtime, corner)


def store_of(runtime: Runtime, house: House) -> Store:
    with runtime.database.read() as session:
        return session.get_one(Store, house.id)


def test_every_section_opens_and_is_saved_as_it_was_typed(runtime: Runtime, ours: Browser, corner: House) -> None:
    for one in sections.SECTIONS:
        assert ours.get(f"/admin/settings/{one.name}").status_code == 200
    for name, typed in GOOD.items():
        assert set(typed) | {"wraps_links"} >= {field.name for field in sections.BY_NAME[name].fields}
        answer = ours.post(f"/admin/settings/{name}", **typed)
        assert (answer.status_code, "Saved." in answer.text) == (200, True), name
    store = store_of(runtime, corner)
    choices = choices_of(store)
    assert (store.sender_name, store.sender_address) == ("Tea corner", "hello@example.com")
    assert (store.postal_address, store.quiet_from, store.quiet_until) == ("1 Lane\nLondon", 1290, 480)
    assert (choices.double_opt_in, choices.wraps_links, choices.marks_links) == (("AT", "CH", "DE"), False, True)
    assert (choices.code_prefix, choices.keep_gone_people_days) == ("TEA", 60)
    first, week = law_of(store).caps["email"]
    assert (first.window.total_seconds(), week.count) == (24 * 3600, 2)


def test_what_is_kept_is_shown_again(ours: Browser) -> None:
    ours.post("/admin/settings/sending", **GOOD["sending"])
    page = ours.get("/admin/settings/sending").text
    for name, typed in {**GOOD["sending"], "marks_links": "on"}.items():
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert field is not None
        assert f'value="{typed}"' in field[0]
    assert "checked" not in (re.search(r'<input[^>]*name="wraps_links"[^>]*>', page) or [""])[0]


def test_what_makes_no_sense_comes_back_in_its_place_and_nothing_is_saved(
    runtime: Runtime, ours: Browser, corner: House
) -> None:
    before = store_of(runtime, corner)
    for name, field, typed in BAD:
        answer = ours.post(f"/admin/settings/{name}", **{**GOOD[name], field: typed})
        assert (answer.status_code, field) == (422, field)
        assert 'role="alert"' in answer.text
        assert "data-unsaved" in answer.text
        assert f'value="{typed[:101]}"' in answer.text
    after = store_of(runtime, corner)
    assert (after.choices, after.sender_name, after.quiet_from) == (
        before.choices,
        before.sender_name,
        before.quiet_from,
    )


def test_no_hostile_word_leaves_its_field(ours: Browser) -> None:
    answer = ours.post("/admin/settings/sender", **{**GOOD["sender"], "sender_address": '"><script>x</script>'})
    assert "<script>x" not in answer.text


def test_an_address_is_blocked_and_allowed_again(
    runtime: Runtime, ours: Browser, tea: House, client: FlaskClient
) -> None:
    assert ours.post("/admin/settings/addresses/block", address="nobody").status_code == 422
    assert "dora@example.com" in ours.post("/admin/settings/addresses/block", address="Dora@example.com").text
    with runtime.database.read() as session:
        number = session.scalars(sa.select(Suppression.id)).one()
    theirs = Browser(client, runtime, tea)
    assert theirs.post(f"/admin/settings/addresses/{number}/allow").status_code == 404
    assert "dora@example.com" not in theirs.get("/admin/settings/addresses").text
    assert "dora@example.com" not in ours.post(f"/admin/settings/addresses/{number}/allow").text


class Silent:
    """A name system that knows nothing."""

    def texts(self, domain: str) -> list[str]:
        del domain
        return []

    exchanges = texts


def test_the_senders_domain_is_checked_when_asked(runtime: Runtime, corner: House) -> None:
    runtime = replace(runtime, names=Silent())
    browser = Browser(plugged(runtime).test_client(), runtime, corner)
    browser.post("/admin/settings/sender", **{**GOOD["sender"], "sender_address": "tea@shop.example"})
    page = browser.get("/admin/settings/sender/domain")
    assert page.status_code == 200
    assert "shop.example" in page.text
    assert "DMARC" in page.text


def test_a_brake_is_let_go_by_its_own_store_alone(
    runtime: Runtime, ours: Browser, corner: House, tea: House, client: FlaskClient
) -> None:
    now = runtime.clock.now()
    with runtime.database.write() as session:
        session.add(
            Brake(store_id=corner.id, trouble="complaints", sent=900, bad=9, at=now, until=now + timedelta(days=7))
        )
    page = ours.get("/admin/settings/sending").text
    assert "All marketing" in page
    way = re.search(r"/admin/settings/sending/brakes/\d+/release", page)
    assert way is not None
    assert Browser(client, runtime, tea).post(way[0]).status_code == 404
    assert "No brake is on" in ours.post(way[0]).text


def _as(client: FlaskClient, runtime: Runtime, corner: House, sub: str) -> dict[str, Any]:
    return {"headers": bearer(id_token(runtime, corner, sub=sub))}


def open_page(client: FlaskClient, runtime: Runtime, corner: House, *, sub: str) -> None:
    """As a browser opens the frame, which is when somebody is seen."""
    token = id_token(runtime, corner, sub=sub)
    assert client.get(f"/admin/home?embedded=1&shop={corner.address}&id_token={token}").status_code == 200


def test_staff_may_do_what_they_were_let(client: FlaskClient, runtime: Runtime, corner: House) -> None:
    for sub in ("1", "2"):
        open_page(client, runtime, corner, sub=sub)
    first, second = (_as(client, runtime, corner, sub) for sub in ("1", "2"))
    rights = "/admin/settings/staff/rights"
    assert "exports, erasure and joining customers too" in client.get("/admin/settings/staff", **first).text
    assert client.post(rights, data={"actor": "2", "may": "work"}, **first).status_code == 200
    assert client.post("/admin/settings/codes", data={"code_prefix": "X"}, **second).status_code == 403
    assert (
        client.post("/admin/settings/addresses/block", data={"address": "d@example.com"}, **second).status_code == 200
    )
    client.post(rights, data={"actor": "2", "may": "look"}, **first)
    denied = client.post("/admin/settings/addresses/block", data={"address": "e@example.com"}, **second)
    assert denied.status_code == 403
    assert "change nothing" in denied.text
    assert client.get("/admin/settings/codes", **second).status_code == 200
    assert client.post(rights, data={"actor": "2", "may": "run"}, **second).status_code == 403


def test_somebody_can_always_run_it(client: FlaskClient, runtime: Runtime, corner: House) -> None:
    open_page(client, runtime, corner, sub="1")
    me = _as(client, runtime, corner, "1")
    answer = client.post("/admin/settings/staff/rights", data={"actor": "1", "may": "look"}, **me)
    assert answer.status_code == 422
    assert client.post("/admin/settings/staff/rights", data={"actor": "9", "may": "run"}, **me).status_code == 404
    assert client.post("/admin/settings/staff/rights", data={"actor": "1", "may": "fly"}, **me).status_code == 400
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Member.may)).all() == ["run"]


def test_each_change_is_written_down(runtime: Runtime, ours: Browser) -> None:
    ours.post("/admin/settings/codes", code_prefix="TEA")
    with runtime.database.read() as session:
        assert [(one.kind, one.step) for one in session.scalars(sa.select(Deed))] == [("settings_changed", "codes")]
