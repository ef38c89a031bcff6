"""When a marketing text may arrive at all, by the law of the place: hours of the recipient's own wall clock, day by day.

From the lifecycle facts, section 8.6: the United States federally 8 to 21, states stricter; France 8 to 22 and never on a
Sunday or public holiday. Where the state or the country is not known, the strictest of all that may hold; where the clock is
not known either, it has to be allowed on every clock that may be theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.policy.quiet import instant

MON_TO_FRI, SATURDAY, SUNDAY = range(5), 5, 6
LONGEST_SEARCH = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Window:
    """From and until in hours after local midnight; `start == end` is never."""

    start: int
    end: int

    def within(self, other: "Window") -> "Window":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else NEVER

    def holds(self, local: datetime) -> bool:
        return self.start <= local.hour < self.end


NEVER, ALWAYS = Window(0, 0), Window(0, 24)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week's windows, and what a public holiday has instead. `rule` is cited in the ledger."""

    rule: str
    week: tuple[Window, ...]
    holiday: Window = ALWAYS

    def on(self, day: date, *, country: str) -> Window:
        window = self.week[day.weekday()]
        return window.within(self.holiday) if country == "FR" and is_french_holiday(day) else window


def _week(weekdays: Window, saturday: Window, *, sunday: Window) -> tuple[Window, ...]:
    return (*(weekdays for _ in MON_TO_FRI), saturday, sunday)


def _daily(start: int, end: int) -> tuple[Window, ...]:
    return _week(Window(start, end), Window(start, end), sunday=Window(start, end))


FEDERAL = Hours("47 CFR 64.1200(c)(1)", _daily(8, 21))
STATES: Mapping[str, Hours] = {
    **{
        state: Hours(rule, _daily(8, 20))
        for state, rule in {
            "FL": "Fla. Stat. 501.616(6)",
            "OK": "15 OK Stat. 775C.4",
            "MD": "Md. Com. Law 14-4503",
            "MS": "Miss. Code 77-3-723",
            "NJ": "N.J.S.A. 56:8-130",
        }.items()
    },
    "CT": Hours("Conn. Gen. Stat. 42-288a", _daily(9, 20)),
    "RI": Hours("R.I. Gen. Laws 5-61-3.6", _week(Window(9, 18), Window(10, 17), sunday=Window(10, 17))),
    "TX": Hours("Tex. Bus. & Com. Code 301.051", _week(Window(9, 21), Window(9, 21), sunday=Window(12, 21))),
}
FRANCE = Hours("French rules for marketing texts", _week(Window(8, 22), Window(8, 22), sunday=NEVER), holiday=NEVER)


def _strictest(rule: str, *all_of: Hours) -> Hours:
    week = all_of[0].week
    for one in all_of[1:]:
        week = tuple(mine.within(theirs) for mine, theirs in zip(week, one.week, strict=True))
    return Hours(rule, week)


ANY_STATE = _strictest("the strictest of all states, for one that is not known", FEDERAL, *STATES.values())
ANYWHERE = _strictest("the strictest of all, for a country that is not known", ANY_STATE, FRANCE)
_STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI "
    "SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP"
)
US_STATES = frozenset(_STATE_CODES.split())
ELSEWHERE = Hours("the merchant's own quiet hours", _daily(0, 24))


@lru_cache(maxsize=1024)
def hours_of(country: str | None, region: str | None) -> Hours:
    """The hours of a place; the region with or without its country's prefix."""
    code, state = (country or "").upper(), (region or "").upper().rpartition("-")[2]
    if code == "US":
        return STATES.get(state, FEDERAL if state in US_STATES else ANY_STATE)
    return {"FR": FRANCE, "": ANYWHERE}.get(code, ELSEWHERE)


def opens(hours: Hours, country: str | None, *, zones: Sequence[ZoneInfo], now: datetime) -> datetime | None:
    """When a text may arrive that may not now, in UTC; None where it may now. Every zone's window has to be open."""
    moment = now
    while moment <= now + LONGEST_SEARCH:
        later = [at for zone in zones if (at := _next(hours, country or "", zone=zone, now=moment)) is not None]
        if not later:
            return None if moment == now else moment
        moment = max(later)
    return moment


def _next(hours: Hours, country: str, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When this zone's window opens next; None while it is open."""
    local = now.astimezone(zone)
    if hours.on(local.date(), country=country).holds(local):
        return None
    for ahead in range(LONGEST_SEARCH.days + 1):
        day = local.date() + timedelta(days=ahead)
        window = hours.on(day, country=country)
        moment = instant(day, window.start * 60, zone=zone)
        if window != NEVER and moment > now and window.holds(moment.astimezone(zone)):
            return moment
    return now + LONGEST_SEARCH


@lru_cache(maxsize=4096)
def is_french_holiday(day: date) -> bool:
    """The eleven of article L3133-1 of the Code du travail."""
    moved = {easter(day.year) + timedelta(days=days) for days in (1, 39, 50)}
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    return (day.month, day.day) in fixed or day in moved


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, place = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (place // 4) - moon - place % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)
