"""A domain that slows us down waits by itself, and one that has had its share of this minute waits for the next."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.clock import FrozenClock
from connectors.base import Accepted
from connectors.channels.smtp import Smtp, relay
from connectors.channels.smtp.pacing import LONGEST_REST, DomainPace
from connectors.errors import Slowed, Temporary
from tests.conftest import NOW
from tests.connectors.channels.smtp.conftest import QUICK
from tests.contracts.channel import envelope
from tests.mailserver import MailServer

SLOW = [f"anna{number}@slow.example.com" for number in range(3)]
OTHERS = ["ben@example.com", "cleo@other.example.com"]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


def channel_to(server: MailServer, pace: DomainPace) -> Smtp:
    return Smtp(relay(server.url), patience=(QUICK, QUICK), lines=1, pace=pace)


def send(channel: Smtp, *addresses: str) -> Iterator[tuple[str, str]]:
    envelopes = [envelope(f"key-{number}", to=address) for number, address in enumerate(addresses)]
    for one, told in channel.send_each(envelopes, begun=lambda _: None):
        match told:
            case Accepted():
                yield one.to.address, "left"
            case Slowed():
                yield one.to.address, "slowed" if told.is_tried else "spared"
            case _:
                yield one.to.address, type(told).__name__


@pytest.mark.parametrize("answer", ["421 4.7.0 try later", "450 4.7.28 unusual rate", "451 4.7.500 busy"])
def test_a_domain_that_slows_us_down_is_spared_and_nobody_else_is(
    server: MailServer, clock: FrozenClock, answer: str
) -> None:
    server.behaviour.refused = dict.fromkeys(SLOW, answer)
    channel = channel_to(server, DomainPace(clock.now))
    told = dict(send(channel, *SLOW, *OTHERS))
    assert [told[one] for one in SLOW] == ["slowed", "spared", "spared"]
    assert [told[one] for one in OTHERS] == ["left", "left"]
    assert sum("slow.example.com" in line for line in server.commands) == 1
    clock.travel(timedelta(minutes=1, seconds=1))
    server.behaviour.refused = {}
    assert set(dict(send(channel, *SLOW)).values()) == {"left"}
    channel.close()


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "451 4.7.1 greylisted", "451 4.3.2 not now", "421 bye"])
def test_what_is_not_about_its_pace_slows_no_domain(server: MailServer, clock: FrozenClock, answer: str) -> None:
    server.behaviour.refused = {SLOW[0]: answer}
    channel = channel_to(server, DomainPace(clock.now))
    assert list(dict(send(channel, *SLOW)).values()) == [Temporary.__name__, "left", "left"]
    channel.close()


def test_a_limit_is_a_minute_s_and_a_domain_s(server: MailServer, clock: FrozenClock) -> None:
    channel = channel_to(server, DomainPace(clock.now, most=2))
    told = dict(send(channel, *SLOW, *OTHERS))
    assert [told[one] for one in (*SLOW, *OTHERS)] == ["left", "left", "spared", "left", "left"]
    clock.travel(timedelta(minutes=1))
    assert dict(send(channel, SLOW[2])) == {SLOW[2]: "left"}
    channel.close()


def test_each_time_in_a_row_it_rests_for_longer_until_something_is_taken(clock: FrozenClock) -> None:
    pace = DomainPace(clock.now)
    rests = []
    for _ in range(8):
        pace.heard(SLOW[0], Slowed("slow", timedelta(minutes=5)))
        rest = pace.wait(SLOW[1])
        assert rest is not None
        rests.append(rest // timedelta(minutes=1))
        clock.travel(rest)
        assert pace.wait(SLOW[1]) is None
    assert rests == [1, 2, 4, 8, 16, 32, LONGEST_REST // timedelta(minutes=1), 60]
    pace.heard(SLOW[2], Accepted("Q1"))
    pace.heard(SLOW[0], Slowed("slow", timedelta(minutes=5)))
    assert pace.wait(SLOW[1]) == timedelta(minutes=1)


def test_what_was_on_its_way_when_a_rest_began_makes_it_no_longer(clock: FrozenClock) -> None:
    pace = DomainPace(clock.now)
    for one in SLOW:
        pace.heard(one, Slowed("slow", timedelta(minutes=5)))
    assert pace.wait(SLOW[0]) == timedelta(minutes=1)
