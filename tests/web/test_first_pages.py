"""Home, the workflows and their texts: what they say, what needs attention, and how few questions they ask."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.model import Brake, Delivery, Outcome, Store, StoreText, WorkflowVersion
from app.pipeline.switch import tallies
from app.rehearsal.trials import work_off
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person
from tests.web.pages_town import Browser, live
from tests.web.visiting import House, ancestors, launch, policy_of, staff_of

MOST_QUERIES = {
    "/admin/home": 45,
    "/admin/home?days=30": 45,
    "/admin/home/connection": 10,
    "/admin/home/messages": 8,
    "/admin/workflows": 40,
    "/admin/workflows/win_back": 40,
    "/admin/workflows/win_back/switch?to=on": 40,
    "/admin/workflows/win_back/texts/news": 30,
}


@contextmanager
def _asked(runtime: Runtime) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    engines = {runtime.database.main, runtime.database.inbox}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", MOST_QUERIES)
def test_a_page_asks_few_questions_however_much_there_is(
    runtime: Runtime, client: FlaskClient, corner: House, path: str
) -> None:
    counts = []
    for crowd in (1, 6):
        with runtime.database.write() as session:
            store = session.get_one(Store, corner.id)
            for number in range(crowd):
                person = a_person(session, store, f"anna{crowd}{number}@example.com", external_id=f"{crowd}{number}")
                a_message(session, person, f"key-{crowd}-{number}", state="sent")
        with _asked(runtime) as asked:
            assert client.get(path, headers=staff_of(runtime, corner)).status_code == 200
        counts.append(len(asked))
    assert counts[1] <= MOST_QUERIES[path]
    assert counts[0] == counts[1]


def test_the_guide_counts_what_is_done_and_can_be_put_away_and_back(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    page = client.get("/admin/home", headers=staff_of(runtime, store)).text
    assert "1 of 6 done" in page
    away = client.post("/admin/home/guide", headers=staff_of(runtime, store))
    assert 'id="guide"' not in away.text
    assert "Undo" in away.text
    assert 'id="guide"' not in client.get("/admin/home", headers=staff_of(runtime, store)).text
    back = client.post("/admin/home/guide", data={"show": "again"}, headers=staff_of(runtime, store))
    assert 'id="guide"' in back.text


def test_what_needs_attention_is_said_with_what_to_do(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, corner: House
) -> None:
    assert "slow" not in client.get("/admin/home", headers=staff_of(runtime, corner)).text
    _trouble(runtime, corner)
    clock.set(NOW + timedelta(hours=1))
    page = client.get("/admin/home", headers=staff_of(runtime, corner)).text
    for said in (
        "Your postal address is missing.",
        "Marketing stopped by itself until",
        "The store's news is slow: 1 wait",
        "1 piece of news from the store could not be read",
        "The text of 1 message could not be filled in this week.",
        "/admin/workflows/welcome/texts/hello",
    ):
        assert said in page
    for path in set(re.findall('href="(/admin/[^"#]*)"', page)):
        assert client.get(path, headers=staff_of(runtime, corner)).status_code == 200, path


def _trouble(runtime: Runtime, house: House) -> None:
    with runtime.database.write_inbox() as inbox:
        for key, state in (("1", "waiting"), ("2", "aside")):
            inbox.add(Delivery(store_id=house.id, topic="t", key=key, received_at=NOW, state=state, alarm_at=NOW))
    with runtime.database.write() as session:
        brake = Brake(store_id=house.id, trouble="bounces", sent=900, bad=90, at=NOW, until=NOW + timedelta(days=7))
        broken = StoreText(
            store_id=house.id, workflow="welcome", step="hello", version=1, source="Hi\n{{ nobody.here }}", at=NOW
        )
        message = a_message(session, a_person(session, session.get_one(Store, house.id), "anna@example.com"), "key")
        failed = Outcome(
            store_id=house.id,
            enrollment_id=message.enrollment_id,
            customer_id=message.customer_id,
            workflow="welcome",
            step="hello",
            turn=1,
            kind="failed",
            reason="bad_text",
            seen={},
            at=NOW,
        )
        session.add_all([brake, broken, failed])


def test_a_workflow_shows_its_way_its_dials_and_their_versions(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    where = "/admin/workflows/welcome"
    turned = client.post(f"{where}/dials", data={"story": "3"}, headers=staff_of(runtime, store))
    assert turned.status_code == 200, turned.text
    with runtime.database.read() as session:
        assert [one.version for one in session.scalars(sa.select(WorkflowVersion))] == [1]
    page = client.get(where, headers=staff_of(runtime, store)).text
    assert "3 days after" in page
    assert "Version 2" in page
    assert "Story: 3 days" in page
    assert "not known yet" in page


def test_days_before_something_are_shown_and_turned_without_a_sign(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    where = "/admin/workflows/birthday"
    assert 'min="1" max="14"' in client.get(where, headers=staff_of(runtime, corner)).text
    turned = client.post(f"{where}/dials", data={"before": "5"}, headers=staff_of(runtime, corner))
    assert "5 days before their birthday" in turned.text
    assert 'name="before" type="number" value="5"' in turned.text
    refused = client.post(f"{where}/dials", data={"before": "15"}, headers=staff_of(runtime, corner))
    assert (refused.status_code, 'value="15"' in refused.text) == (422, True)
    assert "14 days before" in refused.text


def test_a_rehearsal_is_reckoned_or_says_why_it_cannot_be(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    refused = client.post("/admin/workflows/price_drop/rehearsal", headers=staff_of(runtime, corner)).text
    assert "a history does not tell that as it was" in refused
    where = "/admin/workflows/welcome"
    asked = client.post(f"{where}/rehearsal?days=30", headers=staff_of(runtime, corner)).text
    assert (f'hx-get="{where}/rehearsal" hx-trigger="every 1s"' in asked, "<progress" in asked) == (True, True)
    assert "<progress" in client.get(where, headers=staff_of(runtime, corner)).text, "a reload loses it"
    assert work_off(runtime) == 1
    for path in (f"{where}/rehearsal", where):
        told = client.get(path, headers=staff_of(runtime, corner)).text
        assert "0 would have been taken in" in told
        assert ("<progress" in told, "every 1s" in told) == (False, False)


def test_a_large_store_is_counted_by_a_worker_while_the_sheet_waits_and_keeps_what_was_chosen(
    runtime: Runtime, client: FlaskClient, corner: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "FEW", 0)
    live(runtime, corner, secret="Fuchs")
    browser, where = Browser(client, runtime, corner), "/admin/workflows/welcome/switch"
    browser.post(where, to="off")
    asked = f"{where}?to=on&recent=30&choice=shift"
    waits = browser.get(asked).text
    assert ('id="counting"' in waits, 'is-main" disabled' in waits) == (True, True)
    assert 'value="shift" checked' in waits
    ticket = waits.partition('name="ticket" value="')[2].partition('"')[0]
    refused = browser.post(where, to="on", recent="30", ticket=ticket)
    assert (refused.status_code, "was still being counted" in refused.text) == (422, True)
    assert browser.get(asked).text.count('id="counting"') == 1, "a reload loses it"
    assert tallies.work_off(runtime) == 1
    counted = browser.get(asked).text
    assert ('id="counting"' in counted, "disabled" in counted) == (False, False)
    assert "Nobody would enter" in counted
    assert "Counted just now. Whoever comes until you switch it on is taken in too" in counted
    ticket = counted.partition('name="ticket" value="')[2].partition('"')[0]
    done = browser.post(where, to="on", recent="30", ticket=ticket)
    assert (done.status_code, "Its page says how many have come in of the past" in done.text) == (200, True)
    page = "/admin/workflows/welcome"
    for path in (page, f"{page}/past"):
        told = browser.get(path).text
        assert (f'hx-get="{page}/past"' in told, "30 days are being included" in told) == (True, True)
        assert "0 people came in so far. Whoever came between the count and the switch is among them." in told
    assert tallies.work_off(runtime) == 1
    for path in (f"{page}/past", page):
        told = browser.get(path).text
        assert (f'hx-get="{page}/past"' in told, "0 people came in" in told) == (False, True)


def test_a_text_that_is_wrong_comes_back_as_it_was_written(runtime: Runtime, client: FlaskClient, store: House) -> None:
    where, wrong = "/admin/workflows/welcome/texts/hello", "Hi\n{{ customer.shoe_size }} <script>x</script>"
    answer = client.post(where, data={"source": wrong}, headers=staff_of(runtime, store))
    assert answer.status_code == 422
    assert "Line 2" in answer.text
    assert "{{ customer.shoe_size }} &lt;script&gt;" in answer.text
    assert "data-unsaved" in answer.text
    assert "<script" not in answer.text
    with runtime.database.read() as session:
        assert session.scalars(sa.select(StoreText)).all() == []


def test_a_preview_is_a_page_of_its_own_that_may_do_nothing(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    with runtime.database.write() as session:
        a_person(session, session.get_one(Store, tea.id), "ada@example.com", first_name="Ada")
    data = {"source": "Hello\nDear {{ customer.first_name }}, look here."}
    part = client.post("/admin/workflows/welcome/texts/hello/preview", data=data, headers=staff_of(runtime, tea)).text
    assert "Dear Ada, look here." in part
    path = part.partition('src="')[2].partition('"')[0]
    shown = client.get(path)
    assert "Dear Ada, look here." in shown.text
    assert "sandbox" in policy_of(shown)
    assert "script-src" not in policy_of(shown)
    assert ancestors(shown) == ["'self'", "http://127.0.0.1:9"]
    assert client.get("/preview/nonsense").status_code == 404
    assert "@media all" in client.get(path.replace("look=light", "look=dark")).text


def test_a_preview_is_over_after_half_an_hour(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, tea: House
) -> None:
    part = client.get("/admin/workflows/welcome/texts/hello", headers=staff_of(runtime, tea)).text
    path = part.partition('src="/preview')[2].partition('"')[0]
    clock.set(NOW + timedelta(minutes=31))
    assert client.get(f"/preview{path}").status_code == 404


def test_a_test_goes_to_the_stores_own_address_alone(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    where, data = "/admin/workflows/welcome/texts/hello/test", {"source": "Hello\nA test of a text."}
    assert "no e-mail address" in client.post(where, data=data, headers=staff_of(runtime, corner)).text
    with runtime.database.write() as session:
        session.execute(sa.update(Store).values(email="owner@example.com"))
    assert "Sent to owner@example.com." in client.post(where, data=data, headers=staff_of(runtime, corner)).text
    kept = runtime.channels["email"].kept(corner.key)  # type: ignore[attr-defined]  # of the outbox
    assert len(kept) == 1
    assert b"Subject: [Test] Hello" in kept[0].raw
    assert b"To: " in kept[0].raw
    assert b"owner@example.com" in kept[0].raw


def test_a_reload_finds_its_way_by_the_hint_and_the_hint_opens_nothing(
    runtime: Runtime, client: FlaskClient, tea: House
) -> None:
    page = client.get("/admin/home", query_string={"launch": launch(runtime, tea)}).text
    hint = page.partition('data-hint="')[2].partition('"')[0].replace("&amp;", "&")
    again = client.get(f"/admin/workflows?{hint}")
    assert again.status_code == 401
    assert "bounce.js" in again.text
    assert "The tea store" not in again.text
    assert ancestors(again) == ["http://127.0.0.1:9"]
    assert "open this page again" in client.get(f"/admin/workflows?{hint}&again=1").text
    for wrong in ("door=nonsense", "door=", ""):
        assert ancestors(client.get(f"/admin/workflows?{wrong}")) == ["'none'"]
