"""What a workflow is made of: starts, steps, conditions and dials, and how they are said in plain words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import reduce

from workflows.language.dials import Dial, Number
from workflows.language.facts import Facts
from workflows.language.lengths import APART, AT_ONCE, WorkingDays, spoken
from workflows.language.phrases import Phrase
from workflows.language.sending import SPOKEN, Send


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
    """A question with a yes or no; `words` completes "if they ..." and "ends when they ...", `reason` names a no.

    `%(orders)s` and the like in `words` stand for the dial of that name; `holds` finds its number in `facts.dials`.
    """

    words: str
    reason: str
    holds: Callable[[Facts], bool] = field(compare=False)

    def said(self, dials: Mapping[str, int]) -> Phrase:
        return Phrase(self.words, dials)


@dataclass(frozen=True, slots=True)
class On:
    """A kind of event that starts a workflow, and how long after it the thing itself is reckoned to happen.

    `plus_abroad` replaces `plus` for a parcel that leaves the store's own country. With a `rhythm` it is reckoned to happen
    when somebody has been silent for longer than is their way; that many days after the event where nobody knows it.
    """

    event: str
    plus: timedelta = timedelta(0)
    plus_abroad: timedelta | None = None
    rhythm: Number | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a workflow. `on` lists its events, the surest first: a surer one moves an enrollment that still waits.

    `still` is asked again at every step; a start that no longer holds ends the enrollment. `restarts`: later news about the
    same subject moves an enrollment that waits for its first step (somebody came back to the checkout). `cool_off`: nobody
    is taken in again so soon after the last time, whatever the subject. `at_once` is said of a step without a wait.
    """

    words: str
    on: tuple[On, ...]
    still: Condition
    once_per_customer: bool = False
    restarts: bool = False
    cool_off: timedelta | None = None
    at_once: str | None = None

    @property
    def said(self) -> Phrase:
        return Phrase(self.words)

    def at(self, length: Phrase, *, is_before: bool) -> Phrase:
        """So long before or after it."""
        pattern = "%(length)s before %(start)s" if is_before else "%(length)s after %(start)s"
        return Phrase(pattern, {"length": length, "start": self.said})

    @property
    def rhythm(self) -> Number | None:
        """The days that stand in for a rhythm that is not known; None where no rhythm is asked for."""
        return next((on.rhythm for on in self.on if on.rhythm is not None), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a workflow. `after` counts from the event, never from the step before; `stale` is how long after its
    due time it may still be said. Whoever got a message that `puts_to_rest` gets no marketing until they stir again."""

    name: str
    after: timedelta | Dial | WorkingDays
    send: Send
    only_if: tuple[Condition, ...] = ()
    stale: timedelta = timedelta(days=2)
    puts_to_rest: bool = False

    def wait(self, saved: Mapping[str, int]) -> timedelta:
        """How long after its event; for working days the shortest that it can be."""
        if isinstance(self.after, WorkingDays):
            return timedelta(days=self.after.count)
        return self.after.value(saved) if isinstance(self.after, Dial) else self.after

    def due(self, event_at: datetime, saved: Mapping[str, int]) -> datetime:
        """When it falls due for an event at this moment."""
        if isinstance(self.after, WorkingDays):
            return self.after.after(event_at)
        return event_at + self.wait(saved)


def step(
    name: str,
    *,
    after: timedelta | Dial | WorkingDays,
    send: Send,
    only_if: Condition | tuple[Condition, ...] = (),
    stale: timedelta = timedelta(days=2),
    puts_to_rest: bool = False,
) -> Step:
    return Step(name, after, send, (only_if,) if isinstance(only_if, Condition) else only_if, stale, puts_to_rest)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow. `name` is its file's name and is given when it is found; `formerly` lists the names it had before.

    `numbers` are the dials that conditions and codes ask for; `budget` is the share of a month's sales, as one of them, that
    its codes may give away. `note` is a sentence that the settings page shows beside the switch. `asks_what_was_said`: its
    conditions want to know whether a step was said to this person before (`facts.was_said`). `beside` names the workflow that
    speaks of the same by another medium: nobody gets both in the same moment.
    """

    starts: Start
    steps: tuple[Step, ...]
    stops: tuple[Condition, ...] = ()
    purpose: Purpose = Purpose.MARKETING
    rank: Rank = Rank.OTHER
    title: str = ""
    name: str = ""
    formerly: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    budget: Number | None = None
    note: str | None = None
    asks_what_was_said: bool = False
    beside: str | None = None

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a workflow needs at least one step")
        if len({one.name for one in self.steps}) < len(self.steps):
            raise ValueError("two steps have the same name")
        if len({one.send.medium for one in self.steps}) > 1:
            raise ValueError("a workflow speaks by one medium; a second one is a second workflow")
        if complaints := self.complaints({}):
            raise ValueError(str(complaints[0]))

    @property
    def medium(self) -> str:
        """By what all of its steps are sent."""
        return self.steps[0].send.medium

    @property
    def dials(self) -> tuple[Dial | Number, ...]:
        """Everything that can be turned, in the order of the steps, the numbers last; each once."""
        times = (one.after for one in self.steps if isinstance(one.after, Dial))
        percents = (one.send.code.percent for one in self.steps if one.send.code)
        budget = (self.budget,) if self.budget else ()
        rhythm = (self.starts.rhythm,) if self.starts.rhythm else ()
        return tuple(dict.fromkeys((*rhythm, *times, *self.numbers, *percents, *budget)))

    def turned(self, saved: Mapping[str, int]) -> dict[str, int]:
        """Every dial's number as it stands, in whole units."""
        return {one.name: one.number(saved) for one in self.dials}

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

    def complaints(self, saved: Mapping[str, int]) -> list[Phrase]:
        """What is wrong with these dial settings, one plain sentence each, about the dial `name` where it is about one
        alone; empty where they may be saved."""
        known = {one.name: one for one in self.dials}
        found = [Phrase("There is no dial “%(name)s” here.", {"name": name}) for name in saved if name not in known]
        for name, one in known.items():
            low, _, high = one.stops
            if name in saved and not low <= saved[name] <= high:
                stops = {"low": one.said(low), "high": one.said(high)}
                found.append(Phrase("“%(name)s” must lie between %(low)s and %(high)s.", {"name": name, **stops}))
        return found or self._out_of_order(saved)

    def _out_of_order(self, saved: Mapping[str, int]) -> list[Phrase]:
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return [
            Phrase(
                "“%(later)s” must come after “%(earlier)s”, which is at %(length)s.",
                {"later": later.name, "earlier": earlier.name, "length": spoken(earlier.wait(saved))},
            )
            for earlier, later in pairs
            if later.wait(saved) <= earlier.wait(saved)
        ]

    def sentences(self, saved: Mapping[str, int] | None = None) -> str:
        """The workflow in plain words, a line a step, with these dials."""
        return "\n".join(map(str, self.phrases(saved or {})))

    def phrases(self, saved: Mapping[str, int]) -> list[Phrase]:
        """The same, a phrase a line."""
        return [*(self._sentence(one, saved) for one in self.steps), *self.rules(saved), *self._end(saved)]

    def rules(self, saved: Mapping[str, int]) -> list[Phrase]:
        """What is said beside the steps and the end."""
        return [*self._rhythm(saved), *self._apart()]

    def _rhythm(self, saved: Mapping[str, int]) -> list[Phrase]:
        rhythm = self.starts.rhythm
        if not rhythm:
            return []
        pattern = "Their way is their own rhythm; where too little of it is known, %(length)s after their last order."
        return [Phrase(pattern, {"length": rhythm.said(rhythm.number(saved))})]

    def _apart(self) -> list[Phrase]:
        if self.beside is None:
            return []
        return [
            Phrase("Never within %(length)s of “%(workflow)s”.", {"length": spoken(APART), "workflow": self.beside})
        ]

    def when(self, one: Step, saved: Mapping[str, int]) -> Phrase:
        """The moment of a step."""
        if isinstance(one.after, WorkingDays):
            return self.starts.at(Phrase("%(num)s working days", {"num": one.after.count}), is_before=False)
        wait = one.wait(saved)
        if wait:
            return self.starts.at(spoken(wait), is_before=wait < AT_ONCE)
        at_once = self.starts.at_once
        return Phrase(at_once) if at_once else Phrase("As soon as %(start)s", {"start": self.starts.said})

    def _sentence(self, one: Step, saved: Mapping[str, int]) -> Phrase:
        turned, when = self.turned(saved), self.when(one, saved)
        if one.only_if:
            asked = _joined("%(first)s, if %(second)s", [condition.said(turned) for condition in one.only_if])
            when = Phrase("%(when)s, if %(condition)s", {"when": when, "condition": asked})
        medium = Phrase(SPOKEN[one.send.medium])
        letter = Phrase("%(medium)s “%(text)s”", {"medium": medium, "text": one.send.text})
        if one.send.code:
            percent = turned[one.send.code.percent.name]
            letter = Phrase("%(letter)s with a code for %(percent)s percent", {"letter": letter, "percent": percent})
        return Phrase("%(when)s, %(letter)s.", {"when": when, "letter": letter})

    def _end(self, saved: Mapping[str, int]) -> list[Phrase]:
        if not self.stops:
            return []
        ends = _joined("%(first)s or %(second)s", [one.said(self.turned(saved)) for one in self.stops])
        return [Phrase("It ends when %(condition)s.", {"condition": ends})]


def _joined(pattern: str, phrases: list[Phrase]) -> Phrase:
    return reduce(lambda first, second: Phrase(pattern, {"first": first, "second": second}), phrases)
