"""Whole mails as they leave, byte by byte, and held against the standards by libraries that are not ours.

RFC 5322 and 2045 by the standard library's strict parser and by fast-mail-parser (Rust); RFC 8058 by dkimpy, which signs and
verifies: a one-click link counts only where the signature covers both of its headers. `GOLDEN=write` writes them anew.
"""

import base64
import os
import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import dkim  # type: ignore[import-untyped]  # it ships no types
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fast_mail_parser import parse_email

import workflows
from app.config import Config
from app.keys import Signer
from app.links import read_unsubscribe
from app.model import Store
from app.pipeline.asking import question
from app.pipeline.deliver.envelopes import Scribe, Text, letterhead_of
from connectors.base import Envelope
from connectors.mime import build
from tests.conftest import NOW, ROOT
from tests.render.cast import facts
from tests.render.test_pages import ARABIC

GOLDEN = ROOT / "tests/golden/raw"
CONFIG = Config(app_url="https://app.example.com", mail_from="hello@store.example.com")
SIGNER = Signer(("a-secret-of-the-house",))
ANNA = SimpleNamespace(email="anna@example.com", phone=None, first_name="Anna", last_name="Exämple", locale="de")


def _store(**given: Any) -> Store:
    values: dict[str, Any] = {
        "id": 1,
        "address": "store.example.com",
        "public_key": "Kx7-store",
        "name": "The Corner Store",
        "email": "help@store.example.com",
        "url": "https://store.example.com",
        "postal_address": "1 Example Street\nLondon EX1 1EX",
        "locale": "en",
        "zone": "Europe/London",
        "currency": "GBP",
        "choices": {},
    }
    return Store(**values | given)


@dataclass(frozen=True)
class Case:
    """A step of a workflow, in a store; `own` are the merchant's words instead of ours, `reader` the customer's locale."""

    workflow: str
    step: str
    store: dict[str, Any]
    own: str | None = None
    reader: str | None = "en"


LOGO = {"colour": "#7a1f3d", "logo_url": "https://store.example.com/logo.png", "wraps_links": False}
CASES = {
    "marketing": Case("welcome", "hello", {}),
    "service": Case("order_confirmation", "confirm", {}),
    "products": Case("back_in_stock", "back", {"choices": LOGO}),
    "code": Case("birthday", "before", {"locale": "de", "choices": {"marks_links": False}}, reader=None),
    "right_to_left": Case("welcome", "hello", {"locale": "ar", "name": "متجر الزاوية"}, own=ARABIC),
}


def _envelope(case: Case) -> Envelope:
    workflow = workflows.load()[case.workflow]
    step = next((one for one in workflow.steps if one.name == case.step), workflow.steps[-1])
    row: Any = SimpleNamespace(
        id=7,
        store_id=1,
        customer_id=42,
        key="m-7f3a",
        medium="email",
        purpose=workflow.purpose.value,
        workflow=workflow.name,
        step=step.name,
        text=step.send.text,
        stale_at=NOW,
    )
    known = facts(code="ANNA-7K2P" if step.send.code else None)
    known = replace(known, customer=replace(known.customer, locale=case.reader))
    text = Text(row, letterhead_of(_store(**case.store)), ANNA, facts=known, own=case.own)
    return Scribe(CONFIG, SIGNER).envelope(text, now=NOW)


def _asked() -> Envelope:
    row = SimpleNamespace(id=3, store_id=1, asked_at=NOW)
    customer: Any = ANNA
    return question(row, _store(), customer=customer, link="https://app.example.com/c/token", config=CONFIG)


ENVELOPES = {**{name: _envelope(case) for name, case in CASES.items()}, "confirmation": _asked()}
RAWS = {name: build(one) for name, one in ENVELOPES.items()}


def _readable(raw: bytes) -> str:
    """The head and each part, decoded."""
    mail = message_from_bytes(raw, policy=policy.default)
    head = "\n".join(f"{name}: {value}" for name, value in mail.items())
    parts = "\n".join(
        f"--- {part.get_content_type()} {part['Content-Transfer-Encoding']}\n{part.get_content()}"
        for part in mail.walk()
        if not part.is_multipart()
    )
    return f"{head}\n{parts}".replace("\r\n", "\n")


@pytest.mark.parametrize("name", RAWS)
def test_a_mail_is_as_it_was(name: str) -> None:
    path, words = GOLDEN / f"{name}.txt", _readable(RAWS[name])
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
    assert path.read_text("utf-8") == words


@pytest.mark.parametrize("name", RAWS)
def test_a_mail_keeps_to_the_standards_by_other_people_s_parsers(name: str) -> None:
    raw = RAWS[name]
    assert re.search(rb"[^\r]\n|\r[^\n]|[\x80-\xff]", raw) is None, "seven bits, and lines that end as they should"
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = message_from_bytes(raw, policy=policy.SMTP.clone(raise_on_defect=True))
    assert isinstance(mail, EmailMessage)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    assert [defect for value in mail.values() for defect in getattr(value, "defects", [])] == []
    for needed in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"):
        assert len(mail.get_all(needed) or []) == 1, needed
    other = parse_email(raw)
    assert other.subject == mail["Subject"]
    assert [part.strip() for part in other.text_plain] == [_content(mail, "plain").strip()]
    assert len(other.text_html) == 1


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


MARKETING = [name for name in CASES if name != "service"]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


@pytest.mark.parametrize("name", MARKETING)
def test_one_click_is_signed_and_leads_to_its_own_person(name: str, key: rsa.RSAPrivateKey) -> None:
    mail = message_from_bytes(RAWS[name], policy=policy.default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>")
    assert link.startswith("https://app.example.com/u/")
    wish = read_unsubscribe(SIGNER, link.rpartition("/")[2])
    assert wish is not None
    assert (wish.store_id, wish.customer_id, wish.message_id) == (1, 42, 7)
    assert re.fullmatch(r"<[a-z0-9-]+\.store\.example\.com>", str(mail["List-Id"]))
    covered = [b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"]
    signed = dkim.sign(RAWS[name], b"s1", b"store.example.com", _pem(key), include_headers=covered) + RAWS[name]
    assert dkim.verify(signed, dnsfunc=lambda *_args, **_more: _record(key))
    assert not dkim.verify(signed.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda *_args, **_more: _record(key))


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(kind, form, serialization.NoEncryption())


def _record(key: rsa.RSAPrivateKey) -> bytes:
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


@pytest.mark.parametrize("name", ["service", "confirmation"])
def test_what_belongs_to_an_order_or_a_wish_is_no_list(name: str) -> None:
    mail = message_from_bytes(RAWS[name], policy=policy.default)
    assert not [header for header in mail if header.startswith("List-")]


def test_a_second_try_is_the_same_mail() -> None:
    assert {name: build(_envelope(case)) for name, case in CASES.items()} == {name: RAWS[name] for name in CASES}
    assert message_from_bytes(RAWS["marketing"])["Message-ID"] == "<m-7f3a@store.example.com>"
