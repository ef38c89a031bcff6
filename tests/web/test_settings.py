"""The settings page at work: what a merchant turns, what is refused, and what the page says of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.model import Connection, ConnectionState, Message, Outcome, Store, SyncRun, WorkflowSetting
from app.pipeline import unknown
from app.runtime import Runtime
from tests.pipeline.rows import a_message, a_person
from tests.web.visiting import House, launch, staff_of


def _setting(runtime: Runtime, store: House, workflow: str = "welcome") -> WorkflowSetting | None:
    with runtime.database.read() as session:
        return session.get(WorkflowSetting, (store.id, workflow))


def _switch(page: str, workflow: str = "welcome") -> str:
    """The switch of a workflow as the page shows it."""
    return page.partition(f'id="switch-{workflow}"')[2].partition(">")[0]


def test_a_workflow_is_switched_on_and_off(runtime: Runtime, client: FlaskClient, store: House) -> None:
    for to, shown in (("on", "true"), ("off", "false")):
        where = "/admin/workflows/welcome/switch"
        answer = client.post(where, data={"to": to}, headers=staff_of(runtime, store))
        assert answer.status_code == 200
        assert f'aria-checked="{shown}"' in _switch(answer.text)
        assert answer.headers["HX-Retarget"] == "#main", "the page below the sheet is drawn anew"
        setting = _setting(runtime, store)
        assert setting is not None
        assert setting.is_on is (to == "on")


def test_what_is_on_already_is_said_and_nothing_is_done(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    where = "/admin/workflows/welcome/switch"
    answers = [client.post(where, data={"to": "on"}, headers=staff_of(runtime, corner)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 422]
    assert "It is on already." in answers[1].text
    assert answers[1].headers["HX-Retarget"] == "#sheet"


def test_the_sheet_counts_first_and_changes_nothing(runtime: Runtime, client: FlaskClient, store: House) -> None:
    sheet = client.get("/admin/workflows/welcome/switch?to=on&recent=30", headers=staff_of(runtime, store))
    assert sheet.status_code == 200
    assert "Nobody would enter." in sheet.text
    assert _setting(runtime, store) is None


def test_numbers_that_grew_old_are_counted_again_before_anything_is_done(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, corner: House
) -> None:
    where = "/admin/workflows/welcome/switch"
    sheet = client.get(f"{where}?to=on", headers=staff_of(runtime, corner)).text
    ticket = sheet.partition('name="ticket" value="')[2].partition('"')[0]
    clock.set(clock.now() + timedelta(minutes=20))
    answer = client.post(where, data={"to": "on", "ticket": ticket}, headers=staff_of(runtime, corner))
    assert answer.status_code == 422
    assert "please look at them again" in answer.text
    setting = _setting(runtime, corner)
    assert setting is None or not setting.is_on


def test_what_happens_in_the_second_of_the_switch_comes_after_it(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, tea: House
) -> None:
    """Stores tell whole seconds: a merchant who tries it at once gets the message."""
    clock.set(clock.now().replace(microsecond=700_000))
    client.post("/admin/workflows/welcome/switch", data={"to": "on"}, headers=staff_of(runtime, tea))
    setting = _setting(runtime, tea)
    assert setting is not None
    assert setting.on_since == clock.now().replace(microsecond=0)


@pytest.mark.parametrize("to", ["", "maybe", "ON"])
def test_a_switch_knows_on_and_off(runtime: Runtime, client: FlaskClient, corner: House, to: str) -> None:
    answer = client.post("/admin/workflows/welcome/switch", data={"to": to}, headers=staff_of(runtime, corner))
    assert answer.status_code == 400
    assert _setting(runtime, corner) is None


@pytest.mark.parametrize("action", ["switch", "dials"])
@pytest.mark.parametrize("name", ["nothing", "../welcome", "%2e%2e"])
def test_an_unknown_workflow_is_404(
    runtime: Runtime, client: FlaskClient, corner: House, action: str, name: str
) -> None:
    answer = client.post(f"/admin/workflows/{name}/{action}", data={"to": "on"}, headers=staff_of(runtime, corner))
    assert answer.status_code == 404


def test_dials_are_turned_and_the_sentence_follows(runtime: Runtime, client: FlaskClient, store: House) -> None:
    answer = client.post(
        "/admin/workflows/win_back/dials", data={"quiet": "62", "news": "9"}, headers=staff_of(runtime, store)
    )
    assert answer.status_code == 200
    assert "62 days after" in answer.text
    assert "Saved." in answer.text
    setting = _setting(runtime, store, "win_back")
    assert setting is not None
    assert setting.dials == {"quiet": 62, "news": 9}


@pytest.mark.parametrize(
    "typed", ["3", "366", "sixty", "6.5", "", "-1", "9" * 30, "\u0663", '"><script>alert(1)</script>']
)
def test_a_dial_outside_its_stops_is_refused_with_a_sentence_and_nothing_is_saved(
    runtime: Runtime, client: FlaskClient, corner: House, typed: str
) -> None:
    answer = client.post("/admin/workflows/win_back/dials", data={"quiet": typed}, headers=staff_of(runtime, corner))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script" not in answer.text
    assert _dials(runtime, corner) == {}


def _dials(runtime: Runtime, store: House) -> dict[str, int]:
    setting = _setting(runtime, store, "win_back")
    return dict(setting.dials) if setting else {}


def test_dials_out_of_order_are_refused_together(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    data = {"news": "60", "goodbye": "20"}
    answer = client.post("/admin/workflows/win_back/dials", data=data, headers=staff_of(runtime, corner))
    assert answer.status_code == 422
    assert "must come after" in answer.text
    assert _dials(runtime, corner) == {}


def test_a_form_that_is_too_large_is_413(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    where, headers = "/admin/workflows/welcome/switch", staff_of(runtime, corner)
    assert client.post(where, data={"to": "x" * 70_000}, headers=headers).status_code == 413


def test_the_import_shows_how_far_it_is_and_asks_for_itself_again(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(SyncRun).values(phase="orders", done=1500, total=6000))
    shown = client.get("/admin/home/connection", headers=staff_of(runtime, store)).text
    assert 'max="6000" value="1500"' in shown
    assert "1,500 of 6,000" in shown
    assert 'hx-trigger="every 2s"' in shown
    assert 'hx-get="/admin/home/connection"' in shown


def test_an_import_that_failed_says_why_and_goes_on_when_asked(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(SyncRun).values(state="failed", cursor={"page": 3}, trouble="It did not answer."))
    assert "It did not answer." in client.get("/admin/home/connection", headers=staff_of(runtime, store)).text
    assert "The import has started." in client.post("/admin/home/import", headers=staff_of(runtime, store)).text
    assert "running already" in client.post("/admin/home/import", headers=staff_of(runtime, store)).text
    with runtime.database.read() as session:
        assert [(run.state, run.cursor) for run in session.scalars(sa.select(SyncRun))] == [("waiting", {"page": 3})]


def test_a_store_that_does_not_answer_leaves_a_sentence(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    answer = client.post("/admin/home/heal", headers=staff_of(runtime, tea))
    assert (answer.status_code, "does not answer just now" in answer.text) == (200, True)


def test_shopify_keeps_its_webhooks_itself(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    assert "keeps this store" in client.post("/admin/home/heal", headers=staff_of(runtime, corner)).text
    assert "Check webhooks" not in client.get("/admin/home/connection", headers=staff_of(runtime, corner)).text


def test_a_store_that_lets_us_in_no_more_is_told_what_to_do(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(Connection).values(state=ConnectionState.NEEDS_REAUTH))
    shown = client.get("/admin/home/connection", headers=staff_of(runtime, store)).text
    assert "Needs to be connected again" in shown
    assert "Nothing is lost" in shown


def _told(runtime: Runtime, store: House, *, kind: str, reason: str, name: str = "Anna") -> Message:
    with runtime.database.write() as session:
        person = a_person(session, session.get_one(Store, store.id), "anna@example.com", first_name=name)
        message = a_message(session, person, "key", state="sent" if kind == "sent" else "dropped")
        outcome = Outcome(
            store_id=store.id,
            enrollment_id=message.enrollment_id,
            customer_id=person.id,
            workflow="welcome",
            step="hello",
            turn=1,
            kind=kind,
            reason=reason,
            seen={},
            at=message.created_at,
        )
        session.add(outcome)
    return message


@pytest.mark.parametrize(
    ("kind", "reason", "sentence"),
    [
        ("sent", "left", "It was handed over to the channel."),
        ("dropped", "suppressed", "This address must not be written to"),
        ("dropped", "a_reason_of_tomorrow", "A reason of tomorrow."),
    ],
)
def test_each_message_has_its_reason_and_only_what_left_can_be_read(
    runtime: Runtime, client: FlaskClient, store: House, kind: str, reason: str, sentence: str
) -> None:
    message = _told(runtime, store, kind=kind, reason=reason)
    shown = client.get("/admin/home/messages", headers=staff_of(runtime, store)).text
    assert "Welcome new subscribers" in shown
    assert sentence in shown
    assert (f"/admin/messages/{message.id}/mail" in shown) is (kind == "sent")


def test_a_customers_name_is_text_and_nothing_else(runtime: Runtime, client: FlaskClient, store: House) -> None:
    _told(runtime, store, kind="sent", reason="left", name="<img src=x onerror=alert(1)>")
    shown = client.get("/admin/home/messages", headers=staff_of(runtime, store)).text
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_what_a_workflow_did_stands_on_its_card(runtime: Runtime, client: FlaskClient, store: House) -> None:
    _told(runtime, store, kind="sent", reason="left")
    shown = client.get("/admin/workflows", headers=staff_of(runtime, store)).text
    welcome = shown.partition('id="workflow-welcome"')[2].partition("</article>")[0]
    assert "<dd>1</dd>" in welcome


def test_the_page_says_plainly_that_nothing_leaves(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    page = client.get("/admin/home", query_string={"launch": launch(runtime, tea)}).text
    assert "Nothing leaves" in page
    workflows = client.get("/admin/workflows", headers=staff_of(runtime, tea)).text
    assert "Your store sends its own order confirmation." in workflows


def test_what_was_not_understood_is_shown_with_its_number_and_only_where_there_is_any(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, store: House
) -> None:
    where, title = "/admin/settings/connection", "Values that we did not understand"
    assert title not in client.get(where, headers=staff_of(runtime, store)).text
    with runtime.database.write() as session:
        words = ["order.total=negative"] * 3 + ["order.created_via=quixotemarsh"]
        unknown.note(session, session.get_one(Store, store.id), words=words, now=clock.now())
    page = client.get(where, headers=staff_of(runtime, store)).text
    row = page.partition(title)[2].partition('<th scope="row">order.total=negative</th>')[2].partition("</tr>")[0]
    assert '<td class="is-number">3</td>' in row
    assert '<th scope="row">order.created_via</th>' in page
    assert "quixotemarsh" not in page
