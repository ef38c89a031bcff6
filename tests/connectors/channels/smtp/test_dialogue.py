"""What becomes of a message when the mail server says no, hangs up, falls silent or wants more than we give."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.pipeline.bounces.words import RETURNED_TO
from connectors.base import Accepted, Address
from connectors.channels.smtp import Smtp, relay
from connectors.errors import InDoubt, Permanent, Temporary
from tests.connectors.channels.smtp.conftest import QUICK
from tests.contracts.channel import envelope
from tests.mailserver import MailServer, mail_server


def test_one_connection_carries_many_messages(server: MailServer, channel: Smtp) -> None:
    for number in range(5):
        assert channel.send(envelope(f"key-{number}")) == Accepted(f"Q{number + 1:05}")
    assert server.connections == 1
    assert [mail.sender for mail in server.mails] == ["hello@shop.example"] * 5


def test_pages_of_several_threads_may_each_send_one(server: MailServer, channel: Smtp) -> None:
    letters = [envelope(f"key-{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pages:
        told = list(pages.map(channel.send, letters))
    assert sorted(str(one.provider_id) for one in told) == [f"Q{number + 1:05}" for number in range(24)]
    assert server.connections == 1


def test_mail_comes_back_to_an_address_that_names_the_message(server: MailServer) -> None:
    channel = Smtp(relay(server.url), patience=(QUICK, QUICK), bounces="bounces@mail.example.com")
    key = "0123456789abcdef0123456789abcdef01234567"
    channel.send(envelope(key))
    channel.close()
    assert [mail.sender for mail in server.mails] == [f"bounces+{key}@mail.example.com"]
    assert b"bounces+" not in server.mails[0].raw, "its reader sees the store alone"
    assert RETURNED_TO.findall(server.mails[0].sender) == [key], "and it is what is read where it comes back"


def test_a_connection_that_died_while_it_rested_is_replaced_without_a_word(server: MailServer, channel: Smtp) -> None:
    channel.send(envelope("key-1"))
    server.forget_connections()
    channel.send(envelope("key-2"))
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_server_that_tires_of_a_connection_gets_a_new_one(server: MailServer, channel: Smtp) -> None:
    server.behaviour.messages_per_connection = 2
    for number in range(5):
        channel.send(envelope(f"key-{number}"))
    assert [mail.connection for mail in server.mails] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("moment", ["connect", "ehlo", "mail", "rcpt", "data", "body"])
def test_a_server_that_hangs_up_before_the_end_has_not_got_the_message(
    server: MailServer, channel: Smtp, moment: str
) -> None:
    server.behaviour.hang_up[moment] = 1
    big = replace(envelope(), html="<p>" + "x" * 8_000_000 + "</p>")
    with pytest.raises(Temporary) as trouble:
        channel.send(big if moment == "body" else envelope())
    assert trouble.value.retry_after
    assert server.mails == []
    channel.send(envelope())
    assert len(server.mails) == 1


@pytest.mark.parametrize("moment", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_server_that_falls_silent_before_the_message_is_trouble_that_passes(
    server: MailServer, channel: Smtp, moment: str
) -> None:
    server.behaviour.fall_silent[moment] = 1
    with pytest.raises(Temporary):
        channel.send(envelope())
    channel.send(envelope())
    assert len(server.mails) == 1


@pytest.mark.parametrize("way", ["hang_up", "fall_silent"])
def test_a_lost_answer_to_the_last_byte_leaves_the_message_in_doubt(
    server: MailServer, channel: Smtp, way: str
) -> None:
    getattr(server.behaviour, way)["end"] = 1
    with pytest.raises(InDoubt):
        channel.send(envelope("key-1"))
    assert len(server.mails) == 1  # It did leave, and nobody on this side could know.
    channel.send(envelope("key-2"))
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_doubt_on_a_reused_connection_is_not_sent_again(server: MailServer, channel: Smtp) -> None:
    channel.send(envelope("key-1"))
    server.behaviour.hang_up["end"] = 1
    with pytest.raises(InDoubt):
        channel.send(envelope("key-2"))
    assert len(server.mails) == 2


def test_an_answer_that_no_mail_server_gives_is_a_doubt_too(server: MailServer, channel: Smtp) -> None:
    server.behaviour.answers["end"] = "what a nice message"
    with pytest.raises(InDoubt):
        channel.send(envelope())


@pytest.mark.parametrize(
    ("answer", "is_bad"),
    [
        ("550 5.1.1 <anna@example.com>: no such user", True),
        ("550 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.7.1 we do not like you", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.2.1 mailbox disabled", True),
    ],
)
def test_a_refused_recipient_is_final_for_this_one_alone(
    server: MailServer, channel: Smtp, answer: str, is_bad: bool
) -> None:
    server.behaviour.refused["anna@example.com"] = answer
    with pytest.raises(Permanent) as refusal:
        channel.send(envelope("key-1"))
    assert refusal.value.bad_address is is_bad
    assert "anna" not in "".join(traceback.format_exception(refusal.value))
    channel.send(envelope("key-2", to="ben@example.com"))
    assert [(mail.recipient, mail.connection) for mail in server.mails] == [("ben@example.com", 1)]


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "451 4.7.1 later", "452 4.2.2 full"])
def test_a_recipient_put_off_is_tried_again_later(server: MailServer, channel: Smtp, answer: str) -> None:
    server.behaviour.refused["anna@example.com"] = answer
    with pytest.raises(Temporary) as later:
        channel.send(envelope())
    assert later.value.retry_after == timedelta(minutes=5)
    assert channel.send(envelope("key-2", to="ben@example.com"))
    assert server.connections == 1


@pytest.mark.parametrize(
    ("moment", "answer", "family"),
    [
        ("mail", "550 5.7.1 not this sender", Permanent),
        ("mail", "451 4.3.0 later", Temporary),
        ("mail", "530 5.7.0 log in first", Temporary),
        ("mail", "421 4.3.2 closing", Temporary),
        ("data", "554 5.5.1 no", Permanent),
        ("data", "451 4.3.0 later", Temporary),
        ("end", "554 5.7.1 this is spam", Permanent),
        ("end", "552 5.3.4 too big", Permanent),
        ("end", "451 4.3.0 later", Temporary),
        ("end", "421 4.3.0 closing", Temporary),
        ("connect", "554 go away", Temporary),
        ("connect", "421 too busy", Temporary),
    ],
)
def test_each_code_means_again_later_or_never(
    server: MailServer, channel: Smtp, moment: str, answer: str, family: type[Exception]
) -> None:
    server.behaviour.answers[moment] = answer
    with pytest.raises(family) as no:
        channel.send(envelope())
    assert not getattr(no.value, "bad_address", False)
    assert server.mails == []
    server.behaviour.answers.clear()
    channel.send(envelope())
    assert len(server.mails) == 1


def test_a_server_that_says_no_and_hangs_up_has_said_no() -> None:
    with mail_server() as server:
        channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
        server.behaviour.refused["anna@example.com"] = "550 5.1.1 unknown"
        server.behaviour.hang_up["data"] = 1
        with pytest.raises(Permanent):
            channel.send(envelope())


def test_a_server_that_waits_for_words_to_a_refused_recipient_gets_none() -> None:
    with mail_server() as server:
        channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
        server.behaviour.refused["anna@example.com"] = "550 5.1.1 unknown"
        server.behaviour.answers["data"] = "354 go on all the same"
        with pytest.raises(Permanent):
            channel.send(envelope())
        server.behaviour.answers.clear()
        channel.send(envelope(to="ben@example.com"))
        channel.close()
        assert [mail.recipient for mail in server.mails] == ["ben@example.com"]


def test_nobody_at_the_port_is_trouble_that_passes() -> None:
    with mail_server() as server:
        gone = server.url
    with pytest.raises(Temporary) as trouble:
        Smtp(relay(gone)).send(envelope())
    assert trouble.value.retry_after == timedelta(minutes=1)


def test_international_domains_travel_in_ascii(server: MailServer, channel: Smtp) -> None:
    channel.send(replace(envelope(), to=Address("anna@bücher.example")))
    assert server.mails[0].recipient == "anna@xn--bcher-kva.example"


def test_an_address_that_cannot_be_one_never_reaches_the_server(server: MailServer, channel: Smtp) -> None:
    for address in ("anna@example.com>\r\nRCPT TO:<ben@example.com", "anna", "a b@example.com", "änna@example.com"):
        with pytest.raises(Permanent) as refusal:
            channel.send(replace(envelope(), to=Address(address)))
        assert refusal.value.bad_address
    assert server.commands == []
