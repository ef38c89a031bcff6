"""What each provider's words mean, and whose calls are believed."""

from typing import Any

import msgspec
import pytest

from connectors.channels.mailgun import MailgunListener
from connectors.channels.postmark import PostmarkListener
from connectors.channels.ses import SesListener
from connectors.channels.twilio import TwilioListener
from connectors.errors import Malformed
from connectors.receipts import Heard, ReceiptKind
from connectors.records import ConsentState
from tests.conftest import NOW
from tests.connectors.channels.calling import (
    APP,
    CERTIFICATE,
    LATER,
    SECRET,
    TOPIC,
    Amazon,
    call,
    from_mailgun,
    from_postmark,
    from_sns,
    from_twilio,
    ses,
)

HARD = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": "dora@example.com"}],
}
SPAM = {"complainedRecipients": [{"emailAddress": "dora@example.com"}], "complaintFeedbackType": "abuse"}


def kind(heard: Heard) -> ReceiptKind:
    (one,) = heard.receipts
    return one.kind


def sns(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message)


@pytest.mark.parametrize(
    ("word", "about", "means"),
    [
        ("Send", {}, ReceiptKind.TAKEN),
        ("Delivery", {"recipients": ["anna@example.com"]}, ReceiptKind.DELIVERED),
        ("Bounce", HARD, ReceiptKind.BOUNCED),
        ("Bounce", HARD | {"bounceType": "Transient"}, ReceiptKind.SOFT_BOUNCED),
        ("Bounce", HARD | {"bounceType": "Undetermined"}, ReceiptKind.SOFT_BOUNCED),
        ("Complaint", SPAM, ReceiptKind.COMPLAINED),
        ("Complaint", SPAM | {"complaintFeedbackType": "not-spam"}, ReceiptKind.UNKNOWN),
        ("DeliveryDelay", {"delayType": "MailboxFull"}, ReceiptKind.DELAYED),
        ("Reject", {"reason": "Bad content"}, ReceiptKind.REFUSED),
        ("Open", {}, ReceiptKind.OPENED),
        ("Click", {"link": "https://shop.example"}, ReceiptKind.CLICKED),
        ("Subscription", {"newTopicPreferences": {"unsubscribeAll": True}}, ReceiptKind.UNSUBSCRIBED),
        ("Subscription", {"newTopicPreferences": {"unsubscribeAll": False}}, ReceiptKind.UNKNOWN),
        ("Teleport", {}, ReceiptKind.UNKNOWN),
    ],
)
def test_the_words_of_ses(word: str, about: dict[str, Any], means: ReceiptKind) -> None:
    event = ses(word, about, tags={"message": ["anna1"], "store": ["first"]})
    heard = SesListener(TOPIC).read(call(sns(from_sns(event))))
    (one,) = heard.receipts
    assert (one.kind, one.message, one.store, one.provider_id) == (means, "anna1", "first", "0102-000000")
    assert bool(heard.unknown) == (means is ReceiptKind.UNKNOWN)


def test_each_recipient_of_an_event_of_ses_is_an_event() -> None:
    people = [{"emailAddress": f"{name}@example.com", "status": "5.1.1"} for name in ("anna", "dora")]
    heard = SesListener(TOPIC).read(call(sns(from_sns(ses("Bounce", HARD | {"bouncedRecipients": people})))))
    assert [one.address for one in heard.receipts] == ["anna@example.com", "dora@example.com"]
    assert len({one.event for one in heard.receipts}) == 2
    assert heard.receipts[0].detail == "Permanent/General 5.1.1"


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_that_sns_signed_for_our_topic_is_genuine(version: str) -> None:
    listener = SesListener(TOPIC, http=Amazon())  # type: ignore[arg-type]  # Amazon stands at the wall.
    assert listener.is_genuine(call(sns(from_sns(ses("Send"), version=version))))
    assert listener.is_genuine(call(sns(from_sns(ses("Send"), version=version, Subject=None))))


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "{}"},
        {"Timestamp": "2020-01-01T00:00:00Z"},
        {"Signature": "bm9uZQ=="},
        {"Signature": "!"},
        {"SignatureVersion": "3"},
        {"Type": "SubscriptionConfirmation"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"},
        {"SigningCertURL": CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/evil.pem"},
        {"SigningCertURL": CERTIFICATE.replace("https://", "https://a@")},
        {"SigningCertURL": CERTIFICATE.replace(".com/", ".com:444/")},
    ],
)
def test_whatever_was_changed_on_its_way_is_a_stranger_s(change: dict[str, str]) -> None:
    amazon = Amazon()
    listener = SesListener(TOPIC, http=amazon)  # type: ignore[arg-type]  # Amazon stands at the wall.
    assert not listener.is_genuine(call(sns(from_sns(ses("Send")) | change)))
    assert set(amazon.called) <= {CERTIFICATE}


def test_another_topic_is_a_stranger_however_well_it_is_signed() -> None:
    listener = SesListener(TOPIC, http=Amazon())  # type: ignore[arg-type]  # Amazon stands at the wall.
    assert not listener.is_genuine(call(sns(from_sns(ses("Send"), TopicArn=f"{TOPIC}-of-somebody-else"))))
    assert not listener.is_genuine(call(b"[]"))


def test_a_topic_is_confirmed_by_calling_sns_and_nobody_else() -> None:
    amazon = Amazon()
    listener = SesListener(TOPIC, http=amazon)  # type: ignore[arg-type]  # Amazon stands at the wall.
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
    asked = {"Type": "SubscriptionConfirmation", "Token": "abc"}
    assert listener.is_genuine(call(sns(from_sns("confirm", SubscribeURL=url, **asked))))
    assert listener.read(call(sns(from_sns("confirm", SubscribeURL=url, **asked)))) == Heard()
    assert amazon.called == [CERTIFICATE, url]
    with pytest.raises(Malformed):
        listener.read(call(sns(from_sns("confirm", SubscribeURL="https://evil.example/", **asked))))
    assert amazon.called == [CERTIFICATE, url]


@pytest.mark.parametrize(
    ("event", "means"),
    [
        ({"RecordType": "Delivery", "DeliveredAt": "2026-11-20T11:59:00Z"}, ReceiptKind.DELIVERED),
        ({"RecordType": "Bounce", "Type": "HardBounce", "ID": 9}, ReceiptKind.BOUNCED),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "ID": 9}, ReceiptKind.SOFT_BOUNCED),
        ({"RecordType": "Bounce", "Type": "Transient", "ID": 9}, ReceiptKind.DELAYED),
        ({"RecordType": "Bounce", "Type": "AutoResponder", "ID": 9}, ReceiptKind.AUTO_REPLIED),
        ({"RecordType": "Bounce", "Type": "Blocked", "ID": 9}, ReceiptKind.REFUSED),
        ({"RecordType": "Bounce", "Type": "Moonshine", "ID": 9}, ReceiptKind.UNKNOWN),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 9}, ReceiptKind.COMPLAINED),
        ({"RecordType": "Open"}, ReceiptKind.OPENED),
        ({"RecordType": "Click"}, ReceiptKind.CLICKED),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"},
            ReceiptKind.UNSUBSCRIBED,
        ),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"},
            ReceiptKind.BOUNCED,
        ),
        ({"RecordType": "SubscriptionChange", "SuppressSending": False}, ReceiptKind.UNKNOWN),
        ({}, ReceiptKind.UNKNOWN),
    ],
)
def test_the_words_of_postmark(event: dict[str, Any], means: ReceiptKind) -> None:
    told = {"MessageID": "b7bc", "Recipient": "anna@example.com", "Metadata": {"message": "anna1"}, **event}
    heard = PostmarkListener(SECRET).read(call(msgspec.json.encode(told)))
    (one,) = heard.receipts
    assert (one.kind, one.message, one.provider_id, one.address) == (means, "anna1", "b7bc", "anna@example.com")


def test_postmark_is_believed_by_the_password_in_its_address() -> None:
    listener = PostmarkListener(SECRET)
    assert listener.is_genuine(call(b"{}", headers=from_postmark()))
    for wrong in ({}, from_postmark("a guess"), {"Authorization": f"Bearer {SECRET}"}, {"Authorization": "Basic ü!"}):
        assert not listener.is_genuine(call(b"{}", headers=wrong))


@pytest.mark.parametrize(
    ("event", "means"),
    [
        ({"event": "accepted"}, ReceiptKind.TAKEN),
        ({"event": "delivered"}, ReceiptKind.DELIVERED),
        ({"event": "opened"}, ReceiptKind.OPENED),
        ({"event": "clicked", "client-info": {"bot": ""}}, ReceiptKind.CLICKED),
        ({"event": "clicked", "client-info": {"bot": "gmail"}}, ReceiptKind.UNKNOWN),
        ({"event": "unsubscribed"}, ReceiptKind.UNSUBSCRIBED),
        ({"event": "complained"}, ReceiptKind.COMPLAINED),
        ({"event": "failed", "severity": "temporary", "reason": "greylisted"}, ReceiptKind.DELAYED),
        ({"event": "failed", "severity": "permanent", "reason": "bounce"}, ReceiptKind.BOUNCED),
        ({"event": "failed", "severity": "permanent", "reason": "suppress-complaint"}, ReceiptKind.COMPLAINED),
        ({"event": "failed", "severity": "permanent", "reason": "old"}, ReceiptKind.SOFT_BOUNCED),
        (
            {"event": "failed", "severity": "permanent", "reason": "generic", "delivery-status": {"code": 550}},
            ReceiptKind.BOUNCED,
        ),
        (
            {
                "event": "failed",
                "severity": "permanent",
                "reason": "generic",
                "delivery-status": {"code": 550, "message": "5.7.1 blocked"},
            },
            ReceiptKind.SOFT_BOUNCED,
        ),
        ({"event": "stored"}, ReceiptKind.UNKNOWN),
    ],
)
def test_the_words_of_mailgun(event: dict[str, Any], means: ReceiptKind) -> None:
    told = {"message": {"headers": {"message-id": "anna1@shop.example"}}, **event}
    heard = MailgunListener(SECRET).read(call(from_mailgun(told)))
    (one,) = heard.receipts
    assert (one.kind, one.message, one.address) == (means, "anna1@shop.example", "anna@example.com")
    assert heard.once == "t" * 50


def test_mailgun_is_believed_for_five_minutes() -> None:
    listener = MailgunListener(SECRET)
    assert listener.is_genuine(call(from_mailgun({"event": "opened"})))
    for wrong in (
        from_mailgun({"event": "opened"}, secret="a guess"),
        from_mailgun({"event": "opened"}, at=NOW - LATER),
        from_mailgun({"event": "opened"}, at=NOW + LATER),
        b"{}",
        b'{"signature": {"timestamp": "x", "token": "", "signature": ""}}',
    ):
        assert not listener.is_genuine(call(wrong))


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        ("sent", "", ReceiptKind.TAKEN),
        ("delivered", "", ReceiptKind.DELIVERED),
        ("undelivered", "30003", ReceiptKind.SOFT_BOUNCED),
        ("undelivered", "30005", ReceiptKind.BOUNCED),
        ("undelivered", "30007", ReceiptKind.REFUSED),
        ("failed", "21610", ReceiptKind.UNSUBSCRIBED),
        ("vanished", "", ReceiptKind.UNKNOWN),
    ],
)
def test_the_words_of_twilio(status: str, code: str, means: ReceiptKind) -> None:
    url = f"{APP}/receipts/twilio?message=anna1&store=first"
    form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code, "To": "+14155550123"}
    headers, body = from_twilio(form, url=url)
    heard = TwilioListener(SECRET).read(call(body, headers=headers, url=url))
    (one,) = heard.receipts
    assert (one.kind, one.message, one.store, one.address) == (means, "anna1", "first", "+14155550123")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ({"Body": " stop. "}, ConsentState.UNSUBSCRIBED),
        ({"Body": "Arrêt"}, ConsentState.UNSUBSCRIBED),
        ({"Body": "please don't stop", "OptOutType": "STOP"}, ConsentState.UNSUBSCRIBED),
        ({"Body": "START"}, ConsentState.SUBSCRIBED),
        ({"Body": "please don't stop"}, None),
        ({"Body": "yes"}, None),
        ({"Body": "help", "OptOutType": "HELP"}, None),
    ],
)
def test_one_word_is_an_answer_and_a_sentence_is_none(words: dict[str, str], state: ConsentState | None) -> None:
    url = f"{APP}/receipts/twilio"
    form = {"MessageSid": "SM1", "SmsStatus": "received", "From": "+14155550123", "To": "+15005550006", **words}
    headers, body = from_twilio(form, url=url)
    heard = TwilioListener(SECRET).read(call(body, headers=headers, url=url))
    assert [one.state for one in heard.replies] == ([state] if state else [])
    assert heard.receipts == ()


def test_twilio_is_believed_by_the_whole_address_and_every_field() -> None:
    url = f"{APP}/receipts/twilio?message=anna1"
    headers, body = from_twilio({"MessageSid": "SM1", "Body": "a b+c & ü"}, url=url)
    listener = TwilioListener(SECRET)
    assert listener.is_genuine(call(body, headers=headers, url=url))
    assert not listener.is_genuine(call(body, headers=headers, url=f"{APP}/receipts/twilio?message=ben1"))
    assert not listener.is_genuine(call(body + b"&x=1", headers=headers, url=url))
    assert not listener.is_genuine(call(body, url=url))


def test_what_is_no_event_at_all_is_malformed() -> None:
    for listener in (SesListener(TOPIC), PostmarkListener(SECRET), MailgunListener(SECRET), TwilioListener(SECRET)):
        for body in (b"", b"[]", b"\xff"):
            with pytest.raises(Malformed):
                listener.read(call(body))
