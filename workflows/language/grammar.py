"""What a workflow is made of: starts, steps, conditions and dials, and how they are said in plain words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum

from workflows.language.facts import Facts


class Purpose(StrEnum):
    MARKETING = "marketing"
    SERVICE = "service"


class Rank(IntEnum):
    """Right of way between workflows that want the same person at the same time: the lower number goes first."""

    SERVICE = 0
    RECOVERY = 10
    CHECKOUT = 20
    REPLENISHMENT = 30
    BIRTHDAY = 40
    REVIEW = 50
    WIN_BACK = 60
    OTHER = 70


@dataclass(frozen=True, slots=True)
class Condition:
    """A question with a yes or no; `words` completes "if they ..." and "ends when they ...", `reason` names a no."""

    words: str
    reason: str
    holds: Callable[[Facts], bool] = field(compare=False)


@dataclass(frozen=True, slots=True)
class On:
    """A kind of event that starts a workflow, and how long after it the thing itself is reckoned to happen.

    `plus_abroad` replaces `plus` for a parcel that leaves the store's own country.
    """

    event: str
    plus: timedelta = timedelta(0)
    plus_abroad: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a workflow. `on` lists its events, the surest first: a surer one moves an enrollment that still waits.

    `still` is asked again at every step; a start that no longer holds ends the enrollment.
    """

    words: str
    on: tuple[On, ...]
    still: Condition
    once_per_customer: bool = False


class Unit(StrEnum):
    DAYS = "days"
    HOURS = "hours"

    @property
    def length(self) -> timedelta:
        return timedelta(days=1) if self is Unit.DAYS else timedelta(hours=1)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Dial:
    """What a merchant may turn, between two stops, both allowed. Values are whole numbers of `unit` when saved."""

    name: str
    default: timedelta
    low: timedelta
    high: timedelta

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"dial {self.name!r}: its default lies outside its stops")
        if any(value % self.unit.length for value in (self.default, self.low, self.high)):
            raise ValueError(f"dial {self.name!r}: stops and default must be whole {self.unit}")

    @property
    def unit(self) -> Unit:
        return Unit.HOURS if self.low % timedelta(days=1) else Unit.DAYS

    def value(self, saved: Mapping[str, int]) -> timedelta:
        """The turned value, or the default; a saved value that lies outside today's stops is moved to the nearer one."""
        if self.name not in saved:
            return self.default
        return min(max(saved[self.name] * self.unit.length, self.low), self.high)


def dial(name: str, default: timedelta, *, low: timedelta, high: timedelta) -> Dial:
    return Dial(name, default, low, high)


@dataclass(frozen=True, slots=True)
class Send:
    """Which text goes by which medium; the text lives in `templates/messages/<text>.md`."""

    medium: str
    text: str


def email(text: str) -> Send:
    return Send("email", text)


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a workflow. `after` counts from the event, never from the step before; `stale` is how long after its
    due time it may still be said."""

    name: str
    after: timedelta | Dial
    send: Send
    only_if: tuple[Condition, ...] = ()
    stale: timedelta = timedelta(days=2)

    def wait(self, saved: Mapping[str, int]) -> timedelta:
        return self.after.value(saved) if isinstance(self.after, Dial) else self.after


def step(
    name: str,
    *,
    after: timedelta | Dial,
    send: Send,
    only_if: Condition | tuple[Condition, ...] = (),
    stale: timedelta = timedelta(days=2),
) -> Step:
    return Step(name, after, send, (only_if,) if isinstance(only_if, Condition) else only_if, stale)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow. `name` is its file's name and is given when it is found; `formerly` lists the names it had before."""

    starts: Start
    steps: tuple[Step, ...]
    stops: tuple[Condition, ...] = ()
    purpose: Purpose = Purpose.MARKETING
    rank: Rank = Rank.OTHER
    title: str = ""
    name: str = ""
    formerly: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a workflow needs at least one step")
        if len({one.name for one in self.steps}) < len(self.steps):
            raise ValueError("two steps have the same name")
        if complaints := self.complaints({}):
            raise ValueError(complaints[0])

    @property
    def dials(self) -> tuple[Dial, ...]:
        return tuple(one.after for one in self.steps if isinstance(one.after, Dial))

    def step(self, name: str) -> Step:
        """The step of this name. Raises KeyError where there is none."""
        for one in self.steps:
            if one.name == name:
                return one
        raise KeyError(name)

    def after(self, name: str) -> Step | None:
        """The step that follows the one of this name; None after the last."""
        names = [one.name for one in self.steps]
        place = names.index(name) + 1
        return self.steps[place] if place < len(self.steps) else None

    def complaints(self, saved: Mapping[str, int]) -> list[str]:
        """What is wrong with these dial settings, one plain sentence each; empty where they may be saved."""
        known = {one.name: one for one in self.dials}
        found = [f"There is no dial “{name}” here." for name in saved if name not in known]
        for name, one in known.items():
            if name in saved and not one.low <= saved[name] * one.unit.length <= one.high:
                low, high = (spoken(value, one.unit) for value in (one.low, one.high))
                found.append(f"“{name}” must lie between {low} and {high}.")
        return found or self._out_of_order(saved)

    def _out_of_order(self, saved: Mapping[str, int]) -> list[str]:
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return [
            f"“{later.name}” must come after “{earlier.name}”, which is at {spoken(earlier.wait(saved))}."
            for earlier, later in pairs
            if later.wait(saved) <= earlier.wait(saved)
        ]

    def sentences(self, saved: Mapping[str, int] | None = None) -> str:
        """The workflow in plain words, a line a step, with these dials."""
        lines = [self._sentence(one, saved or {}) for one in self.steps]
        if self.stops:
            lines.append(f"It ends when {' or '.join(one.words for one in self.stops)}.")
        return "\n".join(lines)

    def _sentence(self, one: Step, saved: Mapping[str, int]) -> str:
        wait = one.wait(saved)
        when = f"{spoken(wait)} after {self.starts.words}" if wait else f"As soon as {self.starts.words}"
        provided = "".join(f", if {condition.words}" for condition in one.only_if)
        return f"{when}{provided}, {one.send.medium} “{one.send.text}”."


def spoken(length: timedelta, unit: Unit | None = None) -> str:
    """A length of time as people say it: "3 days", "1 hour"; whole days where it is whole days, or in `unit`."""
    unit = unit or (Unit.HOURS if length % Unit.DAYS.length else Unit.DAYS)
    count = length // unit.length
    return f"{count} {unit.value[:-1] if count == 1 else unit.value}"
