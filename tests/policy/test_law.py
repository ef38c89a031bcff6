"""Every rule of the law, both ways, and the one order in which they speak."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.policy import SENTENCES, Case, Decision, Reason, decide
from app.policy.caps import Departure
from app.policy.law import RULES
from tests.policy.cases import (
    NOON,
    TROUBLES,
    Trouble,
    bounced,
    good,
    late,
    never_asked,
    night,
    refunded,
    service,
    told_beside,
    written_to,
)
from workflows.language import Rank, sms

HOUR = timedelta(hours=1)


def test_where_nothing_stands_in_the_way_it_leaves() -> None:
    verdict = decide(good())
    assert (verdict.decision, verdict.reason, verdict.until) == (Decision.SEND, Reason.DUE, None)


@pytest.mark.parametrize(("trouble", "decision", "reason", "_"), TROUBLES)
def test_each_trouble_alone_keeps_marketing_from_leaving(
    trouble: Trouble, decision: Decision, reason: Reason, _: bool
) -> None:
    verdict = decide(trouble(good()))
    assert (verdict.decision, verdict.reason) == (decision, reason)
    assert (verdict.until is not None) == (decision is Decision.DEFER)


@pytest.mark.parametrize(("trouble", "_decision", "reason", "leaves"), TROUBLES)
def test_what_belongs_to_an_order_is_kept_back_by_less(
    trouble: Trouble, _decision: Decision, reason: Reason, leaves: bool
) -> None:
    verdict = decide(service(trouble(good())))
    assert verdict.reason == (Reason.DUE if leaves else reason)


def test_the_first_rule_that_speaks_gives_the_verdict_in_one_fixed_order() -> None:
    heard = []
    for number in range(len(TROUBLES)):
        case = good()
        for trouble, *_ in TROUBLES[number:]:
            case = trouble(case)
        heard.append(decide(case).reason)
    assert heard == [reason for _, _, reason, _ in TROUBLES]


def test_every_rule_of_the_law_has_its_trouble_here() -> None:
    spoken = {rule.__name__ for rule in RULES for trouble, *_ in TROUBLES if rule(trouble(good())) is not None}
    assert spoken == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("consent", [None, "", "pending", "unsubscribed", "never", "invalid", "unknown", "Subscribed"])
def test_only_one_word_is_consent(consent: str | None) -> None:
    case = good()
    case = replace(case, standing=replace(case.standing, consent=consent))
    verdict = decide(case)
    assert (verdict.reason, verdict.seen["consent"]) == (Reason.NO_CONSENT, consent)


def test_it_may_leave_up_to_the_very_moment_in_which_it_grows_stale() -> None:
    case = replace(good(), due_at=NOON - timedelta(days=2))
    assert decide(case).decision is Decision.SEND
    assert decide(late(good())).seen["stale_at"] == "2026-11-20T11:59:59.999999+00:00"


def test_who_only_unsubscribed_still_gets_what_belongs_to_an_order() -> None:
    case = good()
    unsubscribed = replace(case, standing=replace(case.standing, suppressed="unsubscribed"))
    assert decide(unsubscribed).reason is Reason.SUPPRESSED
    assert decide(service(unsubscribed)).decision is Decision.SEND
    assert decide(service(bounced(case))).reason is Reason.SUPPRESSED


def test_news_of_an_order_comes_by_mail_at_night_and_wakes_nobody_by_a_text() -> None:
    case = service(night(good()))
    assert decide(case).decision is Decision.SEND
    text = replace(case, step=replace(case.step, send=sms("shipping_text")))
    assert (decide(text).decision, decide(text).reason) == (Decision.DEFER, Reason.QUIET_HOURS)


def test_the_same_by_another_medium_waits_for_as_long_as_it_has_to() -> None:
    case = told_beside(good())
    assert decide(case).until == NOON + 2 * HOUR
    other = replace(case, workflow=replace(case.workflow, beside="welcome_text"))
    assert decide(other).decision is Decision.SEND


def test_an_apology_is_not_kept_from_whom_it_is_owed_to() -> None:
    case = refunded(good())
    assert decide(case).reason is Reason.SUSPENDED
    assert decide(replace(case, workflow=replace(case.workflow, rank=Rank.RECOVERY))).decision is Decision.SEND


def test_a_cap_says_when_it_frees_and_who_won() -> None:
    verdict = decide(written_to(good()))
    assert verdict.until == NOON + 15 * HOUR
    assert verdict.seen == {"winner": "birthday", "winner_at": "2026-11-20T11:00:00+00:00"}


def _before(*hours: float) -> Case:
    case = good()
    recent = tuple(Departure(NOON - one * HOUR, number, f"w{number}") for number, one in enumerate(hours, 1))
    return replace(case, standing=replace(case.standing, recent=recent))


@pytest.mark.parametrize(
    ("hours", "is_free"),
    [
        ((15.999,), False),
        ((16,), True),
        ((16, 40), True),
        ((16, 40, 167.999), False),
        ((16, 40, 168), True),
    ],
)
def test_one_in_16_hours_and_three_in_7_days(hours: tuple[float, ...], is_free: bool) -> None:
    case = _before(*hours)
    fresh = replace(case, step=replace(case.step, stale=timedelta(days=30)))
    assert decide(fresh).decision is (Decision.SEND if is_free else Decision.DEFER)


def test_the_tightest_cap_says_until_when() -> None:
    case = _before(2, 20, 100)
    fresh = replace(case, step=replace(case.step, stale=timedelta(days=30)))
    verdict = decide(fresh)
    assert (verdict.until, verdict.seen["winner"]) == (NOON + 68 * HOUR, "w3")


def test_a_messages_own_place_never_blocks_it() -> None:
    assert decide(replace(_before(0), message_id=1)).decision is Decision.SEND
    assert decide(replace(_before(0), message_id=2)).reason is Reason.CAPPED


@pytest.mark.parametrize("trouble", [written_to, night, refunded])
def test_what_would_be_stale_by_then_is_dropped_now_and_names_the_rule(trouble: Trouble) -> None:
    case = trouble(good())
    reason = decide(case).reason
    soon = replace(case, step=replace(case.step, stale=HOUR / 2))
    verdict = decide(soon)
    assert (verdict.decision, verdict.reason, verdict.until) == (Decision.DROP, reason, None)


def test_the_held_out_are_counted_before_caps_and_quiet_hours_are_asked() -> None:
    case = written_to(night(good()))
    held = replace(case, law=replace(case.law, holdout_percent=100))
    assert decide(held).decision is Decision.HOLD_OUT
    assert decide(never_asked(held)).reason is Reason.NO_CONSENT


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(one.endswith(".") and len(one) > 10 for one in SENTENCES.values())
