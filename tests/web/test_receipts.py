"""What a provider, or a stranger, gets who tells of a message: nothing without a signature, and each event once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.config import Config
from app.model import Consent, Customer, JobRun, Receipt, Suppression
from app.pipeline.listening import hear
from app.pipeline.sync.tidy import tidy
from app.runtime import Runtime
from app.web.receipts import MOST_BYTES
from connectors.channels.ses import SesListener
from connectors.receipts import Heard, ReceiptKind, ReceiptRecord
from tests.conftest import NOW
from tests.connectors.channels.calling import (
    APP,
    LATER,
    SECRET,
    TOPIC,
    Amazon,
    from_mailgun,
    from_postmark,
    from_sns,
    from_twilio,
    ses,
)
from tests.pipeline.rows import a_message, a_person, a_store
from tests.web.visiting import plugged

ANNA = "anna@example.com"
PHONE = "+14155550123"
POSTMARK = {"RecordType": "Bounce", "Type": "HardBounce", "ID": 9, "MessageID": "p-1", "Email": ANNA}


@pytest.fixture
def config(config: Config) -> Config:
    tokens = replace(config, postmark_webhook_secret=SECRET, mailgun_signing_key=SECRET, twilio_token=SECRET)
    return replace(tokens, app_url=APP, ses_topic_arn=TOPIC)


@pytest.fixture
def web(runtime: Runtime) -> Any:
    amazon: Any = Amazon()
    return plugged(replace(runtime, listeners={**runtime.listeners, "ses": SesListener(TOPIC, http=amazon)}))


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    """Two stores that hold the same phone; the first one wrote to Anna."""
    with runtime.database.write() as session:
        first, second = a_store(session, "first"), a_store(session, "second")
        a_message(session, a_person(session, first, ANNA, phone=PHONE), "anna1", provider_id="p-1")
        a_person(session, second, ANNA, phone=PHONE)
        a_person(session, second, "ben@example.com", external_id="78", phone="+14155550124")


def rows(runtime: Runtime, model: type[Any]) -> list[Any]:
    with runtime.database.read() as session:
        return list(session.scalars(sa.select(model)))


def told(name: str) -> dict[str, Any]:
    """A call that says that Anna's mail bounced for good."""
    if name == "postmark":
        return {"data": msgspec.json.encode(POSTMARK), "headers": from_postmark()}
    if name == "mailgun":
        event = {"event": "failed", "severity": "permanent", "reason": "bounce", "user-variables": {"message": "anna1"}}
        return {"data": from_mailgun(event), "headers": {"Content-Type": "application/json"}}
    if name == "twilio":
        url = f"{APP}/receipts/twilio?message=anna1"
        form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
        headers, body = from_twilio(form, url=url)
        return {"data": body, "headers": headers, "query_string": "message=anna1"}
    bounced = ses("Bounce", {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": ANNA}]}, messageId="p-1")
    return {"data": msgspec.json.encode(from_sns(bounced)), "headers": {"Content-Type": "text/plain; charset=UTF-8"}}


@pytest.mark.parametrize("name", ["ses", "postmark", "mailgun", "twilio"])
def test_an_event_becomes_one_receipt_and_stops_the_next_message(
    runtime: Runtime, client: FlaskClient, name: str
) -> None:
    assert [client.post(f"/receipts/{name}", **told(name)).status_code for _ in range(2)] == [200, 200]
    assert [(one.store_id, one.kind) for one in rows(runtime, Receipt)] == [(1, "bounced")]
    assert [(one.store_id, one.reason) for one in rows(runtime, Suppression)] == [(1, "bounced")]


@pytest.mark.parametrize("name", ["ses", "postmark", "mailgun", "twilio"])
def test_a_bad_signature_is_401_and_leaves_no_row(runtime: Runtime, client: FlaskClient, name: str) -> None:
    call = told(name)
    headers = {
        key: value for key, value in call["headers"].items() if key not in {"Authorization", "X-Twilio-Signature"}
    }
    data = call["data"].replace(b"signature", b"sidenature").replace(b'"Message":', b'"Massage":')
    assert client.post(f"/receipts/{name}", **{**call, "data": data, "headers": headers}).status_code == 401
    assert rows(runtime, Receipt) == rows(runtime, Suppression) == []


def test_whatever_a_stranger_calls_with_is_refused_and_breaks_nothing(client: FlaskClient) -> None:
    bodies = (b"[" * 200_000, b'{"Type": []}', b'{"signature": [[]]}', b'"\\ud800"', b"\xff")
    calls = [(name, body) for name in ("ses", "mailgun", "postmark", "twilio") for body in bodies]
    assert {client.post(f"/receipts/{name}", data=body).status_code for name, body in calls} == {401}


def test_a_token_of_mailgun_is_good_once_whatever_stands_behind_it(runtime: Runtime, client: FlaskClient) -> None:
    for event in ({"event": "delivered"}, {"event": "complained", "id": "another"}):
        body = from_mailgun({**event, "user-variables": {"message": "anna1"}})
        assert client.post("/receipts/mailgun", data=body).status_code == 200
    assert [one.kind for one in rows(runtime, Receipt)] == ["delivered"]
    assert [one.job for one in rows(runtime, JobRun)] == ["call:mailgun"]
    assert client.post("/receipts/mailgun", data=from_mailgun({"event": "opened"}, at=NOW - LATER)).status_code == 401


def test_a_word_that_nobody_knows_is_kept_as_it_came(runtime: Runtime, client: FlaskClient) -> None:
    event = msgspec.json.encode({**POSTMARK, "Type": "Moonshine"})
    assert client.post("/receipts/postmark", data=event, headers=from_postmark()).status_code == 200
    assert [(one.kind, one.detail) for one in rows(runtime, Receipt)] == [("unknown", "Moonshine")]
    assert rows(runtime, Suppression) == []


def test_of_calls_that_come_at_once_with_one_token_one_counts(runtime: Runtime) -> None:
    def call(number: int) -> int:
        event = ReceiptRecord(ReceiptKind.OPENED, f"e{number}", NOW, message="anna1")
        return hear(runtime, "mailgun", heard=Heard((event,), once="token"))

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(call, range(8))) == 1
    assert len(rows(runtime, Receipt)) == 1


def _answer(client: FlaskClient, body: str, *, sid: str) -> None:
    url = f"{APP}/receipts/twilio"
    form = {"MessageSid": sid, "SmsStatus": "received", "Body": body, "From": PHONE, "To": "+15005550006"}
    headers, data = from_twilio(form, url=url)
    answer = client.post("/receipts/twilio", data=data, headers=headers)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"<Response/>", "text/xml")


def test_stop_counts_in_every_store_that_holds_the_number_and_start_gives_it_back(
    runtime: Runtime, client: FlaskClient
) -> None:
    _answer(client, "Stop", sid="SM1")
    said = [(one.store_id, one.medium, one.state, one.source) for one in rows(runtime, Consent)]
    assert said == [(store, "sms", "unsubscribed", "twilio:stop") for store in (1, 2)]
    assert [(one.store_id, one.address, one.reason) for one in rows(runtime, Suppression)] == [
        (store, PHONE, "unsubscribed") for store in (1, 2)
    ]


def test_start_gives_back_what_stop_took_and_no_more(runtime: Runtime, client: FlaskClient, clock: Any) -> None:
    _answer(client, "start", sid="SM0")
    assert rows(runtime, Consent) == []
    _answer(client, "Stop", sid="SM1")
    clock.travel(LATER)
    _answer(client, "start", sid="SM2")
    assert [one.state for one in rows(runtime, Consent)] == ["unsubscribed"] * 2 + ["subscribed"] * 2
    assert {one.undone_at for one in rows(runtime, Suppression)} == {NOW + LATER}


def test_a_start_that_was_overheard_undoes_no_later_stop(runtime: Runtime, client: FlaskClient, clock: Any) -> None:
    for word, sid in (("stop", "SM1"), ("start", "SM2"), ("stop", "SM3")):
        _answer(client, word, sid=sid)
        clock.travel(LATER)
    clock.travel(timedelta(days=100))
    tidy(runtime)
    _answer(client, "start", sid="SM2")
    assert [one.answers["sms"][0] for one in rows(runtime, Customer) if one.phone == PHONE] == ["unsubscribed"] * 2


def test_what_nobody_listens_to_what_is_too_large_and_what_is_no_event(client: FlaskClient) -> None:
    assert client.post("/receipts/pigeon").status_code == 404
    assert client.get("/receipts/postmark").status_code == 405
    assert client.post("/receipts/postmark", data=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert client.post("/receipts/postmark", data=b"no event", headers=from_postmark()).status_code == 400
