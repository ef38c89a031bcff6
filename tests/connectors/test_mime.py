"""The bytes of a mail, read back by the standard library's parser: what was meant arrives, and nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.base import Address
from connectors.errors import Permanent
from connectors.mime import build, mailbox_address, message_id
from tests.contracts.channel import envelope, parsed

# What a person could be called, however oddly: no controls, no halves of characters.
printable = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)
anything = st.text(max_size=120)


def rebuilt(**changes: object) -> EmailMessage:
    return parsed(build(replace(envelope(), **changes)))  # type: ignore[arg-type] # the field's type follows its name.


def test_its_headers_come_in_a_fixed_order() -> None:
    assert list(rebuilt(reply_to=Address("help@shop.example"))) == [
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
    ]


def test_it_is_what_the_standard_library_would_have_built() -> None:
    meant = envelope()
    theirs = EmailMessage(policy=SMTP)
    theirs["From"], theirs["To"] = "The Tea Shop <hello@shop.example>", "Anna Müller <anna@example.com>"
    theirs["Subject"], theirs["Message-ID"] = meant.subject, meant.message_id
    theirs["Date"] = meant.at
    for name, value in meant.headers:
        theirs[name] = value
    theirs.set_content(meant.text)
    theirs.add_alternative(meant.html, subtype="html")
    ours, read = parsed(build(meant)), parsed(theirs.as_bytes())
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert ours[name] == read[name]
    for one, other in zip(ours.iter_parts(), read.iter_parts(), strict=True):
        assert one.get_content_type() == other.get_content_type()
        assert one.get_content().splitlines() == other.get_content().splitlines()


def test_the_date_is_the_envelopes_own() -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert rebuilt(at=at)["Date"].datetime == at


def test_equal_envelopes_make_equal_bytes_and_other_keys_other_boundaries() -> None:
    assert build(envelope()) == build(envelope())
    assert rebuilt().get_boundary() != rebuilt(key="another").get_boundary()


@given(subject=printable, name=printable, sender=printable)
@example("Hello =?utf-8?q?Bcc:_x?=", "=?utf-8?b?QmNj?=", '"quoted" \\ name')
@example("a  b ", " Anna ", ",;<>@")
@example("x" * 120, "y" * 120, "z" * 120)
@example("é" * 120, "🎈" * 60, "שלום עולם")
@example("-", "(a comment)", "a.b")
def test_names_and_subjects_arrive_exactly_as_meant(subject: str, name: str, sender: str) -> None:
    meant = replace(
        envelope(),
        subject=f"S{subject}",
        to=Address("anna@example.com", name),
        sender=Address("hello@shop.example", sender),
    )
    raw = build(meant)
    mail = parsed(raw)
    assert mail["Subject"] == f"S{subject}"
    assert [one.addr_spec for one in mail["To"].addresses] == ["anna@example.com"]
    assert [one.addr_spec for one in mail["From"].addresses] == ["hello@shop.example"]
    assert (shown(mail, "To"), shown(mail, "From")) == (name, sender)
    assert_sound(raw)


def shown(mail: EmailMessage, header: str) -> str:
    """The display name. Python's newer parser leaves blanks between two encoded words of a name (RFC 2047 6.2 drops them), so
    a name of encoded words is read by the older one."""
    raw = dict(mail.raw_items())[header]
    if not raw.startswith("=?"):
        return str(mail[header].addresses[0].display_name)
    words = re.sub(r"\s*<[^<>]*>$", "", re.sub(r"\r?\n", "", raw))
    return str(make_header(decode_header(words)))


@given(text=anything, other=anything)
@example("a\r\nBcc: everybody@example.com", "")
@example("", "a\nBcc: everybody@example.com")
@example("\x85Bcc: x", "\u2028Bcc: x")
def test_whatever_a_header_holds_it_is_refused_or_stays_in_its_place(text: str, other: str) -> None:
    evil = replace(envelope(), subject=f"S{text}", to=Address("anna@example.com", other))
    try:
        raw = build(evil)
    except Permanent:
        return
    assert_sound(raw)
    assert parsed(raw)["Subject"] == f"S{text}"


@given(value=anything)
def test_a_header_of_ours_is_plain_ascii_on_one_line_or_refused(value: str) -> None:
    try:
        raw = build(replace(envelope(), headers=(("List-Unsubscribe", value),)))
    except Permanent:
        return
    assert_sound(raw)
    unfolded = re.sub(rb"\r\n(?= )", b"", raw.split(b"\r\n\r\n")[0])
    assert b"\r\nList-Unsubscribe: " + value.encode("ascii") + b"\r\n" in unfolded


@given(text=st.text(max_size=400), html=st.text(max_size=400))
@example(".\n..\nFrom somebody\n \n\t\n=\n", "--=_\n")
@example("x" * 2000, "é" * 2000)
@example("a\r\nb\rc\n\r\n", "\x00")
def test_any_body_arrives_whole(text: str, html: str) -> None:
    try:
        raw = build(replace(envelope(), text=text, html=html))
    except Permanent:
        assert any(0xD800 <= ord(character) < 0xE000 for character in text + html)
        return
    assert_sound(raw)
    mail = message_from_bytes(raw, policy=default)
    plain, rich = [part.get_payload(decode=True) for part in mail.iter_parts()]
    assert plain == crlf(text)
    assert rich == crlf(html)


def crlf(text: str) -> bytes:
    return re.sub(r"\r\n|\r|\n", "\r\n", text).encode()


def assert_sound(raw: bytes) -> None:
    """Exactly the headers that were meant, once each, in lines that every mail server takes, all of it 7-bit."""
    names = [name.lower() for name in parsed(raw)]
    assert len(names) == len(set(names))
    assert set(names) <= {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
    }
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert raw.isascii()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert not any(line.strip() == b"" for line in head.split(b"\r\n"))
    assert all(not part.defects for part in parsed(raw).walk())


def test_long_subjects_are_folded_so_that_lines_stay_short() -> None:
    for subject in ("word " * 40 + "end", "Wörter " * 40 + "Ende", "שלום " * 40 + "סוף", "x" * 400):
        raw = build(replace(envelope(), subject=subject))
        assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
        assert parsed(raw)["Subject"] == subject


def test_an_encoded_word_holds_whole_characters() -> None:
    raw = build(replace(envelope(), subject="🎈" * 50))
    # The first is Anna's name.
    words = re.findall(rb"=\?utf-8\?[qb]\?[^?]*\?=", raw)
    assert len(words) > 1
    assert all(len(word) <= 75 for word in words)
    # Each word has to be readable alone: RFC 2047 forbids a character split over two.
    assert {parsed(b"Subject: " + word + b"\r\n\r\n")["Subject"].strip("🎈") for word in words[1:]} == {""}


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna+tea@Example.COM", "Anna+tea@Example.COM"),
        ("a..b.@docomo.example", '"a..b."@docomo.example'),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@例え.example", "anna@xn--r8jz45g.example"),
    ],
)
def test_addresses_are_written_as_mail_needs_them(address: str, written: str) -> None:
    assert mailbox_address(address) == written
    mail = rebuilt(to=Address(address))
    assert len(mail["To"].addresses) == 1
    assert mail["To"].addresses[0].domain == written.rpartition("@")[2]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example.com, ben@example.com",
        "anna@example.com\r\nBcc: ben@example.com",
        "anna@example.com\n",
        "<anna@example.com>",
        "anna @example.com",
        "änna@example.com",
        "anna@exa mple.com",
        "anna@-example.com",
        "anna@example..com",
        "anna@[127.0.0.1]",
        "a" * 65 + "@example.com",
        "anna@" + "a." * 130 + "com",
        "anna@\ud800.com",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(Permanent) as refusal:
        build(replace(envelope(), to=Address(address)))
    assert refusal.value.bad_address
    assert "anna" not in str(refusal.value)


@pytest.mark.parametrize(
    "name", ["To", "to", "BCC", "Content-Type", "Subject", "X:Y", "X Y", "X-\r\nBcc", "", "Message-ID", "ü"]
)
def test_a_header_that_is_ours_to_make_or_no_name_is_refused(name: str) -> None:
    with pytest.raises(Permanent):
        build(replace(envelope(), headers=((name, "value"),)))


def test_a_header_may_not_stand_twice() -> None:
    with pytest.raises(Permanent):
        build(replace(envelope(), headers=(("List-Id", "a"), ("list-id", "b"))))


@pytest.mark.parametrize("identity", ["abc@shop.example", "<abc@shop.example>"])
def test_a_message_id_gets_its_brackets(identity: str) -> None:
    assert message_id(identity) == "<abc@shop.example>"


@pytest.mark.parametrize(
    "identity", ["", "abc", "<a b@shop.example>", "<a@b>\r\nBcc: x", "<a@b><c@d>", "a@" + "b" * 300]
)
def test_what_is_no_message_id_is_refused(identity: str) -> None:
    with pytest.raises(Permanent):
        message_id(identity)


@pytest.mark.parametrize("subject", ["", " ", "\t"])
def test_an_empty_subject_is_refused(subject: str) -> None:
    with pytest.raises(Permanent):
        build(replace(envelope(), subject=subject))


def test_nothing_personal_shows_in_an_envelopes_repr() -> None:
    shown = repr(envelope())
    assert not any(word in shown for word in ("anna", "Anna", "tea", "Tea"))
