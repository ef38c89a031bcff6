"""Who may be written to: countries by purpose by answer by medium, each row with its rule, kept as a table that a lawyer reads.

`GOLDEN=write .venv/bin/pytest tests/policy/test_consent.py` writes the table anew after a change of the rules.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.policy.consent import (
    CONFIRMED,
    SINGLE,
    Answer,
    Asked,
    Basis,
    ConsentLaw,
    Ground,
    Permission,
    SoftCondition,
    expiry,
    permitted,
)
from app.policy.jurisdictions import TABLE
from app.policy.reasons import Reason
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=40), NOW + timedelta(days=40)
GOLDEN = ROOT / "tests/golden/consent.txt"
COUNTRIES = (*sorted({"AT", "CA", "CH", "DE", "FR", "GB", "NL", "US"}), "ZZ", None)
ALL = frozenset(SoftCondition)
ANSWERS: dict[str, Answer | None] = {
    "never asked": None,
    "not subscribed": Answer("never", BEFORE),
    "pending": Answer("pending", BEFORE),
    "unsubscribed": Answer("unsubscribed", BEFORE),
    "invalid": Answer("invalid", BEFORE),
    "yes": Answer("subscribed", BEFORE),
    "yes, single opt-in": Answer("subscribed", BEFORE, level=SINGLE),
    "yes, double opt-in": Answer("subscribed", BEFORE, level=CONFIRMED),
    "soft opt-in": Answer("subscribed", BEFORE, Basis.SOFT, conditions=ALL),
    "soft opt-in, could not refuse": Answer(
        "subscribed", BEFORE, Basis.SOFT, conditions=ALL - {SoftCondition.COULD_REFUSE}
    ),
    "implied, still running": Answer("subscribed", BEFORE, Basis.IMPLIED, expires_at=AFTER),
    "implied, run out": Answer("subscribed", BEFORE, Basis.IMPLIED, expires_at=NOW),
}
MEDIA, PURPOSES = ("email", "sms", "push"), ("marketing", "service")
LAW = ConsentLaw()


def _asked(country: str | None, answer: Answer | None, *, medium: str = "email", purpose: str = "marketing") -> Asked:
    return Asked(country, purpose, medium, answer, NOW)


def _lines() -> list[str]:
    found = []
    for purpose, medium, country, (said, answer) in product(PURPOSES, MEDIA, COUNTRIES, ANSWERS.items()):
        told = permitted(_asked(country, answer, medium=medium, purpose=purpose), LAW)
        verdict = "send" if told.may else told.reason.value
        found.append(f"{purpose:9} {medium:5} {country or 'unknown':7} {said:29} {verdict:12} {told.rule}")
    return found


def test_the_table_of_the_law_is_as_it_was() -> None:
    words = "\n".join(_lines()) + "\n"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(words, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == words


def _every(**law: object) -> list[tuple[Asked, Permission]]:
    rules = replace(LAW, **law)  # type: ignore[arg-type]  # any field of the law, by its name
    orders = (None, NOW - timedelta(days=10), NOW - timedelta(days=1000))
    asks = product(PURPOSES, MEDIA, [*TABLE, "ZZ", "", None], ANSWERS.values(), orders)
    asked = [Asked(where, purpose, medium, answer, NOW, order) for purpose, medium, where, answer, order in asks]
    return [(one, permitted(one, rules)) for one in asked]


LAXEST = {"double_opt_in": frozenset(), "soft_since": NOW - timedelta(days=300), "takes_implied": True}


@pytest.mark.parametrize("law", [{}, LAXEST], ids=["as shipped", "as lax as it can be turned"])
def test_every_row_cites_its_rule_and_no_turning_makes_a_no_a_yes(law: dict[str, object]) -> None:
    rows = _every(**law)
    assert all(len(told.rule) > 5 for _, told in rows)
    refused = [told for asked, told in rows if asked.purpose == "marketing" and _said(asked) in REFUSALS]
    assert {told.may for told in refused} == {False}
    texts = [told.may for asked, told in rows if asked.medium == "sms" and asked.purpose == "marketing"]
    assert any(texts)
    for medium in ("sms", "push"):
        agreed = [a for a, told in rows if a.medium == medium and a.purpose == "marketing" and told.may]
        assert {a.answer.basis for a in agreed if a.answer} == {Basis.EXPRESS}, "a text needs a yes that somebody said"


def test_a_text_about_an_order_cites_the_law_of_texts_and_not_that_of_mail() -> None:
    mail, text = (permitted(_asked("US", None, medium=one, purpose="service"), LAW) for one in ("email", "sms"))
    assert (mail.may, text.may) == (True, True)
    assert (mail.rule.split(",")[0], text.rule.split(",")[0]) == ("CAN-SPAM", "TCPA")


REFUSALS = {"unsubscribed", "pending", "invalid"}


def _said(asked: Asked) -> str | None:
    return asked.answer.state if asked.answer else None


def test_as_shipped_nobody_gets_marketing_who_never_said_yes() -> None:
    assert not [a for a, told in _every() if a.purpose == "marketing" and told.may and _said(a) != "subscribed"]


def test_what_belongs_to_an_order_needs_no_consent_but_stop_stops_what_comes_by_phone() -> None:
    kept_back = {(a.medium, _said(a)) for a, told in _every() if a.purpose == "service" and not told.may}
    assert kept_back == {("sms", "unsubscribed"), ("push", "unsubscribed")}


@pytest.mark.parametrize("country", ["DE", "AT"])
def test_where_double_opt_in_is_the_proof_a_single_one_is_none(country: str) -> None:
    single = permitted(_asked(country, ANSWERS["yes, single opt-in"]), LAW)
    assert (single.may, single.reason) == (False, Reason.NOT_PROVEN)
    assert permitted(_asked(country, ANSWERS["yes, double opt-in"]), LAW).may
    turned = permitted(_asked(country, ANSWERS["yes, single opt-in"]), replace(LAW, double_opt_in=frozenset()))
    assert turned.may, "the merchant may turn it, and answers for it"


def test_a_merchant_may_ask_for_double_opt_in_anywhere() -> None:
    law = replace(LAW, double_opt_in=frozenset({"NL", "ZZ"}))
    for country in ("NL", "ZZ"):
        assert permitted(_asked(country, ANSWERS["yes, single opt-in"]), law).reason is Reason.NOT_PROVEN


@pytest.mark.parametrize("missing", list(SoftCondition))
def test_a_soft_opt_in_holds_with_all_its_conditions_or_not_at_all(missing: SoftCondition) -> None:
    whole = Answer("subscribed", BEFORE, Basis.SOFT, conditions=ALL)
    assert permitted(_asked("GB", whole), LAW).may
    assert not permitted(_asked("GB", replace(whole, conditions=ALL - {missing})), LAW).may
    assert not permitted(_asked("US", whole), LAW).may, "a country whose law knows none"


def test_a_purchase_is_a_soft_opt_in_only_since_the_checkout_says_so() -> None:
    law = replace(LAW, soft_since=BEFORE)
    bought = replace(_asked("GB", None), last_order_at=BEFORE)
    assert permitted(bought, law).may
    assert not permitted(replace(bought, last_order_at=BEFORE - timedelta(seconds=1)), law).may
    assert not permitted(replace(bought, answer=ANSWERS["unsubscribed"]), law).may


def test_the_clocks_of_casl_run_by_the_calendar() -> None:
    bought = datetime(2024, 11, 20, 12, 0, tzinfo=UTC)
    assert expiry(Ground.PURCHASE, bought) == NOW
    assert expiry(Ground.ENQUIRY, datetime(2026, 8, 31, 9, 0, tzinfo=UTC)) == datetime(2027, 2, 28, 9, 0, tzinfo=UTC)
    law = replace(LAW, takes_implied=True)
    just = replace(_asked("CA", None), last_order_at=bought + timedelta(seconds=1))
    assert permitted(just, law).may
    over = permitted(replace(just, last_order_at=bought), law)
    assert (over.may, over.reason) == (False, Reason.CONSENT_OVER)
    assert not permitted(replace(just, country="US"), law).may
