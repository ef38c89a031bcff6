"""What each letter says: our own samples always, and every real one that is there."""

import csv
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pipeline.bounces import words
from app.pipeline.bounces.collecting import kind_of
from app.pipeline.bounces.letter import Letter, LetterKind, read
from connectors.receipts import ReceiptKind
from tests.conftest import SHARED

SAMPLES = Path(__file__).parents[2] / "payloads" / "bounces"
EDGE = SHARED / "data" / "edge"
KEY = "0123456789abcdef0123456789abcdef01234567"
# What is no bounce at all: people's own letters, a list's answer, a report about signatures, calls of providers as JSON, a
# letter of SNS, and a report that all went well.
NO_BOUNCE = {
    "flufl__data__groupwise_03.txt",
    "sisimai__maildir__bsd__arf-18.eml",
    "sisimai__maildir__bsd__lhost-fml-02.eml",
    "sisimai__maildir__bsd__rfc3464-28.eml",
    "sisimai__maildir__not__is-not-bounce-01.eml",
    "sisimai__maildir__not__is-not-bounce-02.eml",
}


@pytest.mark.parametrize(
    ("name", "kind", "means"),
    [
        ("hard", LetterKind.HARD, ReceiptKind.BOUNCED),
        ("full", LetterKind.HARD, ReceiptKind.SOFT_BOUNCED),
        ("blocked", LetterKind.HARD, ReceiptKind.REFUSED),
        ("soft", LetterKind.SOFT, ReceiptKind.SOFT_BOUNCED),
        ("delayed", LetterKind.DELAYED, ReceiptKind.DELAYED),
        ("delivered", LetterKind.OTHER, None),
        ("complaint", LetterKind.COMPLAINT, ReceiptKind.COMPLAINED),
        ("opt_out", LetterKind.OPT_OUT, ReceiptKind.UNSUBSCRIBED),
        ("not_spam", LetterKind.OTHER, None),
        ("away", LetterKind.AUTO_REPLY, ReceiptKind.AUTO_REPLIED),
        ("qmail", LetterKind.HARD, ReceiptKind.BOUNCED),
        ("words", LetterKind.HARD, ReceiptKind.BOUNCED),
        ("human", LetterKind.OTHER, None),
    ],
)
def test_hard_soft_complaint_and_absence_are_kept_apart(name: str, kind: LetterKind, means: ReceiptKind | None) -> None:
    letter = read((SAMPLES / f"{name}.eml").read_bytes())
    assert (letter.kind, kind_of(letter.findings[0])) == (kind, means)
    assert letter.names[:1] == (KEY,)


@pytest.mark.parametrize(
    "begin", ["Content-Type: message/rfc822\n\n", "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"]
)
def test_a_letter_of_endless_parts_is_put_away_like_any_other(begin: str) -> None:
    """Or it would stand in the way of every letter behind it, for ever."""
    raw = "From: a@example.com\n" + "".join(begin.format(depth) for depth in range(1500))
    assert read(raw.encode()).kind is LetterKind.OTHER


def test_a_flood_of_empty_lines_or_encoded_words_is_read_like_anything_else() -> None:
    begun = process_time()
    words.OUR_LINE.findall("\n" * 32_000)
    assert process_time() - begun < 1, "it took a minute where each empty line searched all that follow"
    subject = "Subject: " + "=?a?q?" * 30_000
    assert read(f"From: mailer-daemon@example.com\n{subject}\n\nhello".encode()).names == ()


def test_line_ends_do_not_matter() -> None:
    for path in SAMPLES.iterdir():
        raw = path.read_bytes()
        assert read(raw.replace(b"\n", b"\r\n")) == read(raw)


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_some_letter(raw: bytes) -> None:
    head = b"From: postmaster@example.com\nSubject: failure\nContent-Type: multipart/report; boundary=b\n\n"
    for letter in (read(raw), read(head + raw), read(head + b"--b\nContent-Type: message/delivery-status\n\n" + raw)):
        assert letter.findings


def test_a_letter_of_many_parts_is_read_to_its_end_in_no_time() -> None:
    deep = EmailMessage()
    deep["From"] = "postmaster@example.com"
    deep.set_content("550 5.1.1 no such user")
    for _ in range(60):
        deep.add_attachment("x" * 100)
    assert read(deep.as_bytes()).kind in {LetterKind.HARD, LetterKind.OTHER}


@cache
def _real() -> list[tuple[dict[str, str], Letter]]:
    """Every real letter with its row of the list, read once."""
    with (EDGE / "bounces_manifest.csv").open(encoding="utf-8", newline="") as file:
        return [(row, read((EDGE / row["path"]).read_bytes())) for row in csv.DictReader(file)]


@pytest.mark.shared
def test_every_real_letter_is_classed_as_its_status_says() -> None:
    """At least 95 in a hundred as the status of the report says; none crashes, and what stays without a class is no bounce."""
    right, wrong, unclassed = 0, [], set()
    allowed = {"5": {LetterKind.HARD}, "4": {LetterKind.SOFT, LetterKind.DELAYED}, "2": {LetterKind.OTHER}}
    for row, letter in _real():
        if row["first_status"]:
            is_right = letter.kind in allowed[row["first_status"][0]]
            right += is_right
            wrong += [] if is_right else [row["path"]]
        if letter.kind is LetterKind.OTHER:
            unclassed.add(row["path"].rpartition("/")[2])
    assert right + len(wrong) > 200
    assert right >= 0.95 * (right + len(wrong)), wrong
    assert {name for name in unclassed if not name.endswith(".json")} == NO_BOUNCE


@pytest.mark.shared
def test_every_real_complaint_is_one() -> None:
    kinds = [letter.kind for row, letter in _real() if row["feedback_report"] == "True"]
    assert {kinds.count(LetterKind.COMPLAINT), kinds.count(LetterKind.OPT_OUT), kinds.count(LetterKind.OTHER)} == {6, 1}
