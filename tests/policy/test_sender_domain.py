"""What a sender is told of a domain, for each thing that can be wrong with it; the name system is a table at the wall."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.config import Config
from app.domains import check_domain
from app.policy.domain_records import Key, key_in, lookups_of
from app.policy.sender_domain import WAYS, Subject, Weight, advise
from connectors.errors import Temporary

HOME = "shop.example.com"


@cache
def key(bits: int = 2048) -> str:
    """A DKIM record with a key of that length."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return f"v=DKIM1; k=rsa; p={b64encode(made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()}"


class Table:
    """The name system: texts by name, and who takes mail."""

    def __init__(self, texts: Mapping[str, Sequence[str]], mx: Sequence[str] = ("mx.example.com.",)) -> None:
        self._texts, self._mx = texts, mx

    def texts(self, domain: str) -> Sequence[str]:
        return self._texts.get(domain, ())

    def exchanges(self, domain: str) -> Sequence[str]:
        return self._mx


class Silent(Table):
    def texts(self, domain: str) -> Sequence[str]:
        raise Temporary("no answer")


def right(**other: Sequence[str]) -> dict[str, Sequence[str]]:
    """A domain that has everything, but for what is given otherwise."""
    names = {"spf": HOME, "dkim": f"s1._domainkey.{HOME}", "dmarc": f"_dmarc.{HOME}"}
    texts: dict[str, Sequence[str]] = {
        HOME: ["google-site-verification=abc", "v=spf1 mx include:mailgun.org ~all"],
        "mailgun.org": ["v=spf1 include:_spf.mailgun.org ~all"],
        names["dkim"]: [key()],
        names["dmarc"]: ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"],
    }
    return texts | {names.get(name, name): found for name, found in other.items()}


def told(table: Table, way: str = "mailgun") -> dict[Subject, Weight]:
    return {one.subject: one.weight for one in advise(HOME, table, way=WAYS[way])}


def test_a_domain_that_has_everything_needs_nothing() -> None:
    for way in ("smtp", "ses", "postmark", "mailgun"):
        assert set(told(Table(right()), way).values()) == {Weight.FINE}


@pytest.mark.parametrize(
    ("changed", "subject", "weight", "words"),
    [
        ({"spf": []}, Subject.SPF, Weight.MUST, "does not say who may send"),
        ({"spf": ["v=spf1 mx ~all", "v=spf1 -all"]}, Subject.SPF, Weight.MUST, "2 SPF records"),
        ({"spf": ["v=spf1 include:mailgun.org +all"]}, Subject.SPF, Weight.MUST, "whole world"),
        ({"spf": ["v=spf1 mx ~all"]}, Subject.SPF, Weight.BETTER, "include:mailgun.org"),
        ({"spf": ["v=spf1 include:mailgun.org ?all"]}, Subject.SPF, Weight.BETTER, "~all"),
        ({"spf": [f"v=spf1 include:mailgun.org {'a ' * 9}-all"]}, Subject.SPF, Weight.MUST, "11 look-ups"),
        ({"dkim": []}, Subject.DKIM, Weight.MUST, "No key was found"),
        ({"dkim": ["v=DKIM1; p="]}, Subject.DKIM, Weight.MUST, "No key was found"),
        ({"dmarc": []}, Subject.DMARC, Weight.MUST, "no DMARC record"),
        ({"dmarc": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, Subject.DMARC, Weight.MUST, "2 records"),
        ({"dmarc": ["v=DMARC1; rua=mailto:x@example.com"]}, Subject.DMARC, Weight.MUST, "p=none"),
        ({"dmarc": ["v=DMARC1; p=none"]}, Subject.DMARC, Weight.BETTER, "p=quarantine"),
    ],
)
def test_each_thing_that_is_wrong_is_said_in_plain_words(
    changed: dict[str, Sequence[str]], subject: Subject, weight: Weight, words: str
) -> None:
    found = next(one for one in advise(HOME, Table(right(**changed)), way=WAYS["mailgun"]) if one.subject is subject)
    assert (found.weight, words in str(found.sentence)) == (weight, True), found


@pytest.mark.parametrize(
    ("record", "better"),
    [
        ("v=spf1 mx ~all", "v=spf1 mx include:mailgun.org ~all"),
        ("v=spf1 mx", "v=spf1 mx include:mailgun.org"),
        ("v=spf1 redirect=example.com", "v=spf1 include:mailgun.org redirect=example.com"),
        ("v=spf1 include:mailgun.org +all", "v=spf1 include:mailgun.org ~all"),
        ("v=spf1 include:mailgun.org", "v=spf1 include:mailgun.org ~all"),
    ],
)
def test_the_record_to_make_is_shown_whole(record: str, better: str) -> None:
    (found,) = (
        one for one in advise(HOME, Table(right(spf=[record])), way=WAYS["mailgun"]) if one.subject is Subject.SPF
    )
    assert (found.name, found.value) == (HOME, better)


def test_the_gravest_comes_first_and_a_subdomain_is_under_its_parent_s_policy() -> None:
    texts = right(dmarc=[]) | {"_dmarc.example.com": ["v=DMARC1; p=reject; sp=none"]}
    found = advise(HOME, Table(texts, mx=["."]), way=WAYS["mailgun"])
    assert {one.subject: one.weight for one in found[:2]} == {Subject.DMARC: Weight.BETTER, Subject.MX: Weight.BETTER}
    assert {one.weight for one in found[2:]} == {Weight.FINE}


def test_without_a_signature_only_a_server_of_one_s_own_speaks_for_the_domain() -> None:
    assert told(Table(right(dkim=[])), "smtp")[Subject.ALIGNMENT] is Weight.BETTER
    assert told(Table(right(dkim=[], spf=[])), "smtp")[Subject.ALIGNMENT] is Weight.MUST
    assert told(Table(right(dkim=[])), "ses")[Subject.ALIGNMENT] is Weight.MUST


def test_a_key_is_found_under_the_name_that_the_sender_knows() -> None:
    texts = right(dkim=[]) | {f"tea2026._domainkey.{HOME}": [key()]}
    named = advise(HOME, Table(texts), way=WAYS["ses"], selectors=["tea2026"])
    assert {one.weight for one in named} == {Weight.FINE}


def test_keys_are_read_as_they_are() -> None:
    assert key_in([key(1024)]) == Key(True, 1024)
    assert key_in(["k=ed25519; p=" + b64encode(b"x" * 32).decode()]) == Key(is_good=True)
    assert [key_in(texts) for texts in ([], ["v=spf1 -all"])] == [None, None]
    assert key_in(["v=DKIM1; p=nonsense"]) == Key(is_good=False)
    assert told(Table(right(dkim=[key(1024)])))[Subject.DKIM] is Weight.BETTER


def test_a_circle_of_includes_comes_to_an_end() -> None:
    circle = {
        "a.example.com": ["v=spf1 include:b.example.com -all"],
        "b.example.com": ["v=spf1 include:a.example.com -all"],
    }
    assert lookups_of("v=spf1 include:a.example.com -all", lambda name: circle.get(name, ())) <= 12


def test_nobody_sends_from_a_mailbox_provider_s_domain() -> None:
    (found,) = check_domain("shop@gmail.com", config=Config(), names=Table({}))
    assert (found.weight, found.subject) == (Weight.MUST, Subject.DOMAIN)


def test_it_is_asked_by_address_or_domain_and_says_so_where_nobody_answers() -> None:
    config = Config(mail_channel="mailgun")
    for text in (f"hello@{HOME}", f"{HOME.upper()}."):
        assert {one.weight for one in check_domain(text, config=config, names=Table(right()))} == {Weight.FINE}
    assert "Try again" in str(check_domain(HOME, config=config, names=Silent({}))[0].sentence)
    assert check_domain("no domain", config=config, names=Table({}))[0].weight is Weight.MUST
