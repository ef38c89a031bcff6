"""Sentences that are put together where something is wrong: whatever they say can be said in another language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import pytest

import workflows
from app.config import Config
from app.domains import check_domain
from app.pipeline.texts import text_complaints
from app.policy.sender_domain import WAYS, Subject, advise
from app.render import complaints
from app.render.misread import misread
from app.translations.phrases import phrased
from tests.conftest import NOW
from tests.policy.test_sender_domain import HOME, Silent, Table, key, right
from tests.render.test_rules import REFUSED
from tests.web.brackets import brackets, left_over
from workflows.language import Phrase, Verbatim

NOTHING = re.compile(r"(?!)")
MISREAD = {
    "{{ customer.first_name": "{{ is never closed",
    "{% if order.number": "{% is never closed",
    "{# a note": "{# is never closed",
    "{% if order.number %}a": "“if” must end with {% endif %}",
    "{% for item in order.items %}a": "“for” must end with {% endfor %}",
    "{% for item in order.items %}a{% endif %}": "“endif” stands where “for” is still open",
    "{% endif %}": "nothing is open that “endif” belongs to",
    "{% nonsense %}": "there is no “nonsense”",
    "{{ store name }}": "“name” cannot stand there",
    "{{ (store.name }}": "“}” cannot stand there",
    "{{ store.name } }": "“}” cannot stand there",
    "{{ $ }}": "“$” cannot stand there",
    "{{ 'a }}": "“'” cannot stand there",
    "{{ }}": "something is missing",
    "{{ store.name | }}": "something is missing",
    "{{ store. }}": "something is missing",
    "{% %}": "something is missing",
}
# Each state of a domain in which something else is said of it.
DOMAINS: Sequence[Mapping[str, Sequence[str]]] = (
    {},
    {"spf": []},
    {"spf": ["v=spf1 mx ~all", "v=spf1 -all"]},
    {"spf": ["v=spf1 include:mailgun.org +all"]},
    {"spf": ["v=spf1 mx ~all"]},
    {"spf": ["v=spf1 include:mailgun.org ?all"]},
    {"spf": [f"v=spf1 include:mailgun.org {'a ' * 9}-all"]},
    {"dkim": []},
    {"dkim": [key(1024)]},
    {"dmarc": []},
    {"dmarc": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]},
    {"dmarc": ["v=DMARC1; rua=mailto:x@example.com"]},
    {"dmarc": ["v=DMARC1; p=none"]},
)


@pytest.fixture
def in_brackets(tmp_path: Path) -> Iterator[None]:
    with brackets(tmp_path):
        yield


def unsaid(phrase: Phrase) -> list[str]:
    """What of a phrase no catalog says."""
    return left_over(escape(phrased("de", phrase)), but=NOTHING)


def test_what_is_the_same_in_every_language_stays_as_it_is() -> None:
    said = Phrase("Mail can be signed with the key %(key)s.", {"key": Verbatim("miss_you")})
    assert phrased("de", said) == "E-Mails können mit dem Schlüssel miss_you signiert werden."
    assert list(said.names()) == []


@pytest.mark.parametrize(("written", "why"), MISREAD.items())
def test_what_is_not_understood_is_said_in_plain_words(written: str, why: str) -> None:
    (found, *_) = complaints(f"A subject\n{written}")
    assert (found.line, str(found.reason)) == (2, f"this is not understood: {why}")


def test_what_the_parser_says_that_nobody_foresaw_is_not_told() -> None:
    assert str(misread("something new about <nodes.Thing object at 0x7f>")) == "this is not understood"


@pytest.mark.usefixtures("in_brackets")
def test_whatever_a_text_is_refused_for_can_be_said_in_another_language() -> None:
    sources = [f"A subject\n{written}" for written in (*REFUSED, *MISREAD)] + ["", "A subject", "\nbody"]
    found = [one for source in sources for one in complaints(source)]
    steps = {"welcome": "hello", "abandoned_checkout_text": "reminder", "back_in_stock_push": "back"}
    long = "S\n" + "Come back soon. " * 110
    for name, step in steps.items():
        workflow = workflows.load()[name]
        for source in (long, "S\n{% if customer.first_name > 5 %}many{% endif %}"):
            found += text_complaints(workflow, step, source=source, now=NOW)
    assert len({one.reason.pattern for one in found}) > 30
    assert [one for complaint in found for one in unsaid(complaint.reason)] == []


@pytest.mark.usefixtures("in_brackets")
def test_all_advice_about_a_domain_can_be_said_in_another_language() -> None:
    found = [
        one
        for changed in DOMAINS
        for way in WAYS.values()
        for mx in ([], ["mx.example.com."])
        for one in advise(HOME, Table(right(**changed), mx=mx), way=way)
    ]
    for address in ("hello@gmail.com", "no domain"):
        found += check_domain(address, config=Config(), names=Table({}))
    found += check_domain(HOME, config=Config(), names=Silent({}))
    assert {one.subject for one in found} == set(Subject)
    assert len({one.sentence.pattern for one in found}) > 20
    assert [words for one in found for words in unsaid(one.sentence)] == []
