"""Which clicks a person made, and which a security scanner or a prefetching mail program.

Scanners open every link of a message within seconds of its arrival, ask with HEAD, or say who they are (lifecycle facts,
pain 7). The raw number stays beside the filtered one: each click keeps its reason."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# So many different links of one message within so short a time are not read, they are scanned.
BURST_LINKS = 3
BURST = timedelta(seconds=10)
# Nobody has opened, read and clicked by then.
TOO_SOON = timedelta(seconds=2)

_SCANNER = re.compile(
    r"bot\b|crawl|spider|scan|preview|prefetch|monitor|barracuda|mimecast|proofpoint|safelinks|symantec|fireeye|forcepoint"
    r"|trendmicro|cloudmark|virustotal|urldefense|googleimageproxy|ggpht|yahoomailproxy|headless|phantomjs|facebookexternalhit"
    r"|slackbot|whatsapp|telegrambot|skypeuripreview",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"^(curl|wget|python|java|go-http|okhttp|axios|node|ruby|perl|php|libwww|apache-httpclient|httpx|aiohttp|guzzle)|urllib",
    re.IGNORECASE,
)


class Agent(StrEnum):
    """What asked, by what it says of itself."""

    BROWSER = "browser"
    SCANNER = "scanner"
    PROGRAM = "program"
    SILENT = "silent"


class ClickReason(StrEnum):
    PERSON = "person"
    HEAD_REQUEST = "head_request"
    PREFETCH = "prefetch"
    KNOWN_SCANNER = "known_scanner"
    NOT_A_BROWSER = "not_a_browser"
    HIDDEN_LINK = "hidden_link"
    BEFORE_DELIVERY = "before_delivery"
    TOO_SOON = "too_soon"
    MANY_LINKS_AT_ONCE = "many_links_at_once"
    SAME_VISITOR = "same_visitor"


@dataclass(frozen=True, slots=True)
class Click:
    """One request for a link of a message. `visitor` is any word that stays the same for who asked (a keyed hash of the
    network, say), empty where unknown; `hidden`: the link is one that no person can see."""

    message: int
    link: str
    at: datetime
    sent_at: datetime
    agent: Agent = Agent.BROWSER
    method: str = "GET"
    delivered_at: datetime | None = None
    prefetch: bool = False
    hidden: bool = False
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """What was asked for, and what gives a scanner away: the words of a click as they are kept."""

    link: str
    agent: Agent = Agent.BROWSER
    method: str = "GET"
    prefetch: bool = False
    visitor: str = ""


def told(asking: Asking) -> str:
    """As a receipt keeps it: what asks first, the link last, by blanks."""
    words = (asking.agent, asking.method, "prefetch" if asking.prefetch else "-", asking.visitor or "-", asking.link)
    return " ".join(words)


def asking_of(detail: str | None) -> Asking:
    """What a receipt kept; a provider's own receipt holds the link alone, or nothing."""
    parts = (detail or "").split(" ", 4)
    if len(parts) < 5 or parts[0] not in list(Agent):
        return Asking(detail or "")
    agent, method, prefetch, visitor, link = parts
    return Asking(link, Agent(agent), method, prefetch == "prefetch", "" if visitor == "-" else visitor)


@dataclass(frozen=True, slots=True)
class JudgedClick:
    click: Click
    reason: ClickReason

    @property
    def is_human(self) -> bool:
        return self.reason is ClickReason.PERSON


def agent_of(user_agent: str | None) -> Agent:
    """The class of a User-Agent header."""
    said = (user_agent or "").strip()
    if not said:
        return Agent.SILENT
    if _SCANNER.search(said):
        return Agent.SCANNER
    return Agent.PROGRAM if _PROGRAM.search(said) else Agent.BROWSER


def judged(clicks: Sequence[Click]) -> list[JudgedClick]:
    """Each click with its reason, in the order given. Judge all clicks of a message together: a burst is seen only so."""
    bursts = _in_bursts(clicks)
    reasons = [
        ClickReason.MANY_LINKS_AT_ONCE if index in bursts and reason is ClickReason.PERSON else reason
        for index, reason in enumerate(map(_alone, clicks))
    ]
    machines = {
        (click.message, click.visitor)
        for click, reason in zip(clicks, reasons, strict=True)
        if click.visitor and reason is not ClickReason.PERSON
    }
    return [
        JudgedClick(click, _beside(click, reason, machines=machines))
        for click, reason in zip(clicks, reasons, strict=True)
    ]


def human(clicks: Sequence[Click]) -> list[Click]:
    """Those that a person made."""
    return [one.click for one in judged(clicks) if one.is_human]


def _alone(click: Click) -> ClickReason:
    """What one click says by itself; the surest sign first."""
    signs = (
        (click.method.upper() == "HEAD", ClickReason.HEAD_REQUEST),
        (click.prefetch, ClickReason.PREFETCH),
        (click.agent is Agent.SCANNER, ClickReason.KNOWN_SCANNER),
        (click.agent is not Agent.BROWSER, ClickReason.NOT_A_BROWSER),
        (click.hidden, ClickReason.HIDDEN_LINK),
        (click.at < (click.delivered_at or click.sent_at), ClickReason.BEFORE_DELIVERY),
        (click.at < click.sent_at + TOO_SOON, ClickReason.TOO_SOON),
    )
    return next((reason for holds, reason in signs if holds), ClickReason.PERSON)


def _beside(click: Click, reason: ClickReason, *, machines: set[tuple[int, str]]) -> ClickReason:
    """A scanner that gave itself away once is one in its other clicks on that message too."""
    tainted = reason is ClickReason.PERSON and (click.message, click.visitor) in machines
    return ClickReason.SAME_VISITOR if tainted else reason


def _in_bursts(clicks: Sequence[Click]) -> set[int]:
    """The places of clicks within `BURST` of each other on `BURST_LINKS` different links of one message."""
    of_message: dict[int, list[int]] = defaultdict(list)
    for index in sorted(range(len(clicks)), key=lambda place: clicks[place].at):
        of_message[clicks[index].message].append(index)
    return {index for places in of_message.values() for index in _burst(clicks, places)}


def _burst(clicks: Sequence[Click], places: Sequence[int]) -> Iterable[int]:
    """By a window over the clicks of one message in the order of time."""
    begin = 0
    for end, place in enumerate(places):
        while clicks[place].at - clicks[places[begin]].at > BURST:
            begin += 1
        window = places[begin : end + 1]
        if len({clicks[one].link for one in window}) >= BURST_LINKS:
            yield from window
