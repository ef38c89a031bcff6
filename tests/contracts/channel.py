"""The battery that every channel passes: whoever adds one inherits it and says how to open it and what arrived.

A subclass gives the fixtures `channel` (open and empty) and `arrived` (a function that answers the raw messages so far).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from connectors.base import Accepted, Address, Channel, Envelope, Purpose
from connectors.errors import Permanent, Unsupported
from connectors.records import Medium

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Arrived = Callable[[], list[bytes]]
Read = Callable[[], list[str]]


def envelope(key: str = "key-1", *, to: str = "anna@example.com", store: str = "store-1") -> Envelope:
    """A marketing mail of a shop to Anna; its Message-ID follows its key, as in the house."""
    return Envelope(
        key=key,
        store=store,
        medium=Medium.EMAIL,
        purpose=Purpose.MARKETING,
        to=Address(to, "Anna Müller"),
        sender=Address("hello@shop.example", "The Tea Shop"),
        subject="Your tea, Anna",
        text="Hello Anna,\n\n.a line that begins with a dot\n.\nWarmly,\nThe Tea Shop\n",
        html="<p>Hello Änna,</p>\n.\n<p>Warmly</p>\n",
        message_id=f"<{key}@shop.example>",
        at=AT,
        headers=(
            ("List-Unsubscribe", "<https://app.example/unsubscribe/abc>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
    )


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


class ChannelBattery:
    """What holds for every channel that carries mail."""

    def test_it_has_a_name_and_says_what_it_carries(self, channel: Channel) -> None:
        assert channel.name
        assert channel.medium is Medium.EMAIL
        assert channel.notice is None or channel.notice.endswith(".")

    def test_a_message_arrives_whole(self, channel: Channel, arrived: Arrived) -> None:
        assert isinstance(channel.send(envelope()), Accepted)
        (raw,) = arrived()
        mail = parsed(raw)
        assert (mail["To"], mail["From"]) == ("Anna Müller <anna@example.com>", "The Tea Shop <hello@shop.example>")
        assert (mail["Subject"], mail["Message-ID"]) == ("Your tea, Anna", "<key-1@shop.example>")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
        assert plain is not None
        assert html is not None
        assert plain.get_content().replace("\r\n", "\n") == envelope().text
        assert html.get_content().replace("\r\n", "\n") == envelope().html

    def test_a_second_try_is_the_same_mail(self, channel: Channel, arrived: Arrived) -> None:
        channel.send(envelope())
        channel.send(envelope())
        assert len(set(arrived())) == 1

    def test_messages_do_not_mix(self, channel: Channel, arrived: Arrived) -> None:
        for name in ("anna", "ben", "cleo"):
            channel.send(envelope(f"key-{name}", to=f"{name}@example.com"))
        assert {parsed(raw)["To"].addresses[0].addr_spec for raw in arrived()} == {
            "anna@example.com",
            "ben@example.com",
            "cleo@example.com",
        }

    @pytest.mark.parametrize("field", ["subject", "to", "sender", "headers"])
    def test_a_line_break_in_a_header_is_refused_and_nothing_leaves(
        self, channel: Channel, arrived: Arrived, field: str
    ) -> None:
        evil = "Anna\r\nBcc: everybody@example.com"
        values: dict[str, Any] = {
            "subject": evil,
            "to": Address("anna@example.com", evil),
            "sender": Address(f"{evil}@shop.example"),
            "headers": (("List-Unsubscribe", evil),),
        }
        with pytest.raises(Permanent) as refusal:
            channel.send(replace(envelope(), **{field: values[field]}))
        assert "everybody" not in str(refusal.value)
        assert arrived() == []

    def test_a_refused_message_does_not_stop_the_next(self, channel: Channel, arrived: Arrived) -> None:
        with pytest.raises(Permanent):
            channel.send(replace(envelope(), subject="\x00"))
        channel.send(envelope("key-2"))
        assert len(arrived()) == 1

    def test_what_it_does_not_carry_it_refuses_plainly(self, channel: Channel, arrived: Arrived) -> None:
        with pytest.raises(Unsupported):
            channel.send(replace(envelope(), medium=Medium.SMS))
        assert arrived() == []

    def test_it_tells_whether_a_message_left_or_that_it_cannot_know(self, channel: Channel) -> None:
        assert channel.has_left("key-1", store="store-1") in {False, None}
        channel.send(envelope())
        assert channel.has_left("key-1", store="store-1") in {True, None}
        assert channel.has_left("key-1", store="another store") in {False, None}

    def test_it_can_be_closed_twice_and_used_again(self, channel: Channel, arrived: Arrived) -> None:
        channel.send(envelope())
        channel.close()
        channel.close()
        channel.send(replace(envelope("key-2"), at=AT + timedelta(minutes=1)))
        assert len(arrived()) == 2


class ShortBattery:
    """What holds for every channel that carries words alone. A subclass says by `one` what it sends and by the fixture `read`
    which words arrived."""

    medium: Medium

    def one(self, key: str = "key-1", **given: Any) -> Envelope:
        return replace(envelope(key), medium=self.medium, **given)

    def test_it_has_a_name_and_says_what_it_carries(self, channel: Channel) -> None:
        assert channel.name
        assert channel.medium is self.medium
        assert channel.notice is None or channel.notice.endswith(".")

    @pytest.mark.parametrize("words", ["Hello Anna", "Schöne Grüße & 5 € off = 50 %?\nWarmly", "お茶 🍵 +1 a%20b"])
    def test_the_words_arrive_as_they_are(self, channel: Channel, read: Read, words: str) -> None:
        assert isinstance(channel.send(self.one(text=words)), Accepted)
        assert read() == [words]

    def test_messages_do_not_mix(self, channel: Channel, read: Read) -> None:
        for name in ("anna", "ben", "cleo"):
            channel.send(self.one(f"key-{name}", text=f"for {name}"))
        assert read() == ["for anna", "for ben", "for cleo"]

    def test_what_it_does_not_carry_it_refuses_plainly(self, channel: Channel, read: Read) -> None:
        with pytest.raises(Unsupported):
            channel.send(envelope())
        assert read() == []

    def test_a_refused_message_does_not_stop_the_next(self, channel: Channel, read: Read) -> None:
        for evil in (self.one(to=Address("nobody")), self.one(text="a" * 9000)):
            with pytest.raises(Permanent):
                channel.send(evil)
        channel.send(self.one("key-2", text="hello"))
        assert read() == ["hello"]

    def test_it_tells_whether_a_message_left_or_that_it_cannot_know(self, channel: Channel) -> None:
        channel.send(self.one())
        assert channel.has_left("key-1", store="store-1") in {True, None}
        assert channel.has_left("key-1", store="another store") in {False, None}

    def test_it_can_be_closed_twice_and_used_again(self, channel: Channel, read: Read) -> None:
        channel.close()
        channel.close()
        channel.send(self.one(text="hello"))
        assert read() == ["hello"]
