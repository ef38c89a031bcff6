"""A browser's endpoint is an address from a stranger: only the push services that browsers really have are called."""

import msgspec
import pytest

from connectors.devices import WORKER, read_call
from connectors.errors import Malformed
from tests.contracts.test_webpush import subscription

KEYS = msgspec.json.decode(subscription("https://fcm.googleapis.com").address)["keys"]


def _body(endpoint: str, **given: object) -> bytes:
    said = {"subscription": {"endpoint": endpoint, "keys": KEYS}, "wording": "Tell me here.", "page": "/account"}
    return msgspec.json.encode({**said, **given})


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_services_of_real_browsers_are_known(endpoint: str) -> None:
    call = read_call(_body(endpoint))
    assert (call.endpoint, call.wording, call.renews) == (endpoint, "Tell me here.", False)
    assert endpoint not in repr(call)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/push",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com.example.com/abc",
        "https://notfcm.googleapis.com.example/abc",
        "https://evilpush.apple.com/abc",
        "http://fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com@127.0.0.1/abc",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "https://[::1/abc",
        "https://127.0.0.1\\.push.apple.com/abc",
        "https://127.0.0.1\\/.push.apple.com/abc",
        "https://web.push.apple.com\n/abc",
        "https://web.push.apple.com/a bc",
        "https://wéb.push.apple.com/abc",
        "ftp://fcm.googleapis.com/abc",
    ],
)
def test_no_other_address_is_ever_called(endpoint: str) -> None:
    with pytest.raises(Malformed):
        read_call(_body(endpoint))


def test_a_yes_needs_words_that_were_shown_and_a_renewal_none() -> None:
    known = "https://web.push.apple.com/abc"
    with pytest.raises(Malformed):
        read_call(_body(known, wording="  "))
    assert read_call(_body(known, wording="", renews=True)).renews


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"subscription": {"endpoint": "https://x", "keys": {}}}']
)
def test_what_is_no_subscription_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_call(body)


def test_the_worker_shows_what_our_channel_says() -> None:
    words = WORKER.read_text("utf-8")
    assert all(f"said.{name}" in words for name in ("title", "body", "tag", "url"))
