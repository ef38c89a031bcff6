"""Clicks of scanners and mail programs are told from those of people, each with its reason (lifecycle facts, pain 7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.insight.clicks import Agent, Asking, Click, ClickReason, agent_of, asking_of, human, judged, told

SENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def click(link: str = "shop", *, seconds: float = 3_600.0, message: int = 1) -> Click:
    return Click(message=message, link=link, at=SENT + timedelta(seconds=seconds), sent_at=SENT)


def reasons(*clicks: Click) -> list[ClickReason]:
    return [one.reason for one in judged(clicks)]


def test_a_person_who_clicks_an_hour_later_counts() -> None:
    assert reasons(click()) == [ClickReason.PERSON]
    assert human([click()]) == [click()]


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(click(), method="HEAD"), ClickReason.HEAD_REQUEST),
        (replace(click(), method="head"), ClickReason.HEAD_REQUEST),
        (replace(click(), prefetch=True), ClickReason.PREFETCH),
        (replace(click(), agent=Agent.SCANNER), ClickReason.KNOWN_SCANNER),
        (replace(click(), agent=Agent.PROGRAM), ClickReason.NOT_A_BROWSER),
        (replace(click(), agent=Agent.SILENT), ClickReason.NOT_A_BROWSER),
        (replace(click(), hidden=True), ClickReason.HIDDEN_LINK),
        (click(seconds=-1), ClickReason.BEFORE_DELIVERY),
        (replace(click(seconds=60), delivered_at=SENT + timedelta(seconds=90)), ClickReason.BEFORE_DELIVERY),
        (click(seconds=1), ClickReason.TOO_SOON),
    ],
)
def test_a_machine_gives_itself_away(seen: Click, reason: ClickReason) -> None:
    assert reasons(seen) == [reason]
    assert human([seen]) == []


def test_many_different_links_within_seconds_are_a_scanner_s() -> None:
    burst = [click("shop", seconds=60), click("terms", seconds=61), click("unsubscribe", seconds=62)]
    later = click("shop", seconds=4_000)
    assert reasons(*burst, later) == [ClickReason.MANY_LINKS_AT_ONCE] * 3 + [ClickReason.PERSON]


def test_links_opened_one_by_one_are_a_person_s() -> None:
    assert set(reasons(click("a", seconds=60), click("b", seconds=75), click("c", seconds=90))) == {ClickReason.PERSON}


def test_an_impatient_double_click_is_a_person_s() -> None:
    assert set(reasons(click(seconds=60), click(seconds=60.2), click(seconds=61))) == {ClickReason.PERSON}


def test_bursts_are_counted_within_one_message() -> None:
    spread = [click(str(message), seconds=60, message=message) for message in range(5)]
    assert set(reasons(*spread)) == {ClickReason.PERSON}


def test_who_gave_itself_away_once_is_known_in_its_other_clicks_on_that_message() -> None:
    scan = replace(click(seconds=60), method="HEAD", visitor="n1")
    again = replace(click(seconds=500), visitor="n1")
    other = replace(click(seconds=600), visitor="n2")
    elsewhere = replace(click(seconds=700, message=2), visitor="n1")
    expected = [ClickReason.HEAD_REQUEST, ClickReason.SAME_VISITOR, ClickReason.PERSON, ClickReason.PERSON]
    assert reasons(scan, again, other, elsewhere) == expected


def test_the_order_given_is_kept_and_does_not_matter() -> None:
    seen = [click("c", seconds=62), click("a", seconds=60), click(seconds=9_000), click("b", seconds=61)]
    assert [one.click for one in judged(seen)] == seen
    assert sorted(reasons(*seen)) == sorted(reasons(*reversed(seen)))
    assert judged([]) == []


@pytest.mark.parametrize(
    ("header", "agent"),
    [
        (FIREFOX, Agent.BROWSER),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", Agent.BROWSER),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent.SCANNER),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", Agent.SCANNER),
        ("BarracudaCentral/1.0", Agent.SCANNER),
        ("Mozilla/5.0 HeadlessChrome/130.0", Agent.SCANNER),
        ("python-requests/2.34", Agent.PROGRAM),
        ("curl/8.9", Agent.PROGRAM),
        ("", Agent.SILENT),
        (None, Agent.SILENT),
    ],
)
def test_an_agent_is_what_it_says_of_itself(header: str | None, agent: Agent) -> None:
    assert agent_of(header) is agent


def test_what_tells_a_scanner_is_kept_with_the_click_and_read_back() -> None:
    asked = Asking("https://store.example.com/a b", Agent.SCANNER, "HEAD", prefetch=True, visitor="f3a9")
    assert asking_of(told(asked)) == asked
    assert asking_of(told(Asking("https://store.example.com"))) == Asking("https://store.example.com")


@pytest.mark.parametrize("detail", [None, "", "https://store.example.com", "a b c d e", "browser GET"])
def test_a_provider_s_own_receipt_holds_the_link_alone(detail: str | None) -> None:
    assert asking_of(detail) == Asking(detail or "")
