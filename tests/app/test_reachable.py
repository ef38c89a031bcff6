"""Every awkward address and number that we know gets the verdict that others gave it, or a reason that is written down."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.reachable import SENTENCES, Reach, Why, can_reach, mailbox, phone
from connectors.mime import mailbox_address
from tests.conftest import SHARED

EDGE = SHARED / "data" / "edge"
# What the standards allow and the world does not carry: the lists that say "valid" mean the grammar alone.
GRAMMAR_ALONE = {
    Why.NEEDS_QUOTES,
    Why.NUMBER_FOR_A_DOMAIN,
    Why.NEEDS_ANOTHER_ALPHABET,
    Why.NAME_BESIDE_IT,
    Why.NO_SUCH_NETWORK,
}
# Nothing at all between its quotes.
NOBODY = '""@iana.org'


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        (" Anna.Lee+tea@Shop.EXAMPLE.com ", Reach("Anna.Lee+tea@shop.example.com")),
        ("anna@münchen.example.com", Reach("anna@xn--mnchen-3ya.example.com")),
        ("o'brien@example.com", Reach("o'brien@example.com")),
        ("a..b.@docomo.ne.jp", Reach("a..b.@docomo.ne.jp")),
        ("a..b@example.com", Reach(why=Why.NOT_AN_ADDRESS)),
        ("", Reach(why=Why.EMPTY)),
        ("anna@localhost", Reach(why=Why.NO_SUCH_NETWORK)),
        ("anna@shop.invalid", Reach(why=Why.NO_SUCH_NETWORK)),
        ("anna@shop.local", Reach(why=Why.NO_SUCH_NETWORK)),
        ("Anna <anna@example.com>", Reach(why=Why.NAME_BESIDE_IT)),
        ("anna@[192.0.2.1]", Reach(why=Why.NUMBER_FOR_A_DOMAIN)),
        ('"anna lee"@example.com', Reach(why=Why.NEEDS_QUOTES)),
        ("ännä@example.com", Reach(why=Why.NEEDS_ANOTHER_ALPHABET)),
        ("anna@example.com\nbcc: all@example.com", Reach(why=Why.NOT_AN_ADDRESS)),
        (f"{'a' * 65}@example.com", Reach(why=Why.NOT_AN_ADDRESS)),
    ],
)
def test_a_mailbox_can_be_reached_or_there_is_a_reason(text: str, reach: Reach) -> None:
    assert mailbox(text) == reach


@pytest.mark.parametrize(
    ("text", "country", "reach"),
    [
        ("+1 (415) 555-2671", None, Reach("+14155552671")),
        ("0151 23456789", "DE", Reach("+4915123456789")),
        ("0151 23456789", None, Reach(why=Why.NO_COUNTRY)),
        ("+49 30 123456", None, Reach(why=Why.TAKES_NO_TEXTS)),
        ("+1 800 234 5678", None, Reach(why=Why.TAKES_NO_TEXTS)),
        ("+999 123", None, Reach(why=Why.NOT_A_NUMBER)),
        ("call me", "DE", Reach(why=Why.NOT_A_NUMBER)),
        (None, "DE", Reach(why=Why.EMPTY)),
    ],
)
def test_a_number_takes_texts_or_there_is_a_reason(text: str | None, country: str | None, reach: Reach) -> None:
    assert phone(text, country) == reach


def test_each_reason_is_a_sentence() -> None:
    assert set(SENTENCES) == set(Why)
    assert can_reach("email", "anna@example.com")
    assert not can_reach("sms", "anna@example.com")
    assert can_reach("sms", "0151 23456789", country="DE")
    assert can_reach("push", '{"endpoint": "https://push.example"}')


def _addresses() -> Iterator[dict[str, Any]]:
    with (EDGE / "email_addresses.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["valid"] != "":
                yield row


@pytest.mark.shared
def test_every_shared_address_gets_its_verdict_or_a_documented_reason() -> None:
    wrong: list[tuple[str, object]] = []
    for row in _addresses():
        reach, text = mailbox(row["address"]), row["address"]
        if row["valid"] and reach.address is None:
            wrong += [] if reach.why in GRAMMAR_ALONE or text == NOBODY else [(text, reach.why)]
        if not row["valid"] and reach.address is not None and text == text.strip():
            wrong.append((text, "reachable"))
    assert wrong == []


@pytest.mark.shared
def test_whatever_can_be_reached_can_be_written_on_an_envelope() -> None:
    for row in _addresses():
        reach = mailbox(row["address"])
        if reach.address is not None:
            assert mailbox_address(reach.address)


@pytest.mark.shared
def test_every_shared_number_gets_its_verdict_in_every_notation() -> None:
    wrong = []
    with (EDGE / "phone_numbers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            country = row["region"] if len(row["region"]) == 2 else None
            notations = [row[name] for name in ("e164", "international", "national", "rfc3966") if row[name]]
            for reach in {phone(text, country) for text in notations}:
                # Some plans give one number to two kinds of line; a mobile one takes texts everywhere.
                taken = {row["e164"]} if row["type"] == "MOBILE" else {row["e164"], Why.TAKES_NO_TEXTS}
                allowed = taken if row["valid"] == "1" else {Why.NOT_A_NUMBER}
                wrong += [] if (reach.address or reach.why) in allowed else [(row["region"], row["type"], reach)]
    assert wrong == []
