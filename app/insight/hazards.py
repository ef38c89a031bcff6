"""What a shop's own past says about its rhythms: the chance of buying again in each span of days, learnt and believed."""

from dataclasses import dataclass

import numpy as np

from app.insight.arrays import Bools, Floats, Ints
from app.insight.histories import Lines, Pairs, histories, visits_since
from app.insight.logistic import Logistic, learn
from app.insight.rhythm import Rhythm, rhythm

# A rehearsal needs this many pairs that came back; below, the rhythm stands alone.
ENOUGH = 50
ENOUGH_APART = 400
# More rows than this teach nothing new; the sample is every n-th pair.
SAMPLE = 6_000
RIDGE = 5.0
BATCH = 4096
# Who bought once is another crowd than who came back: they are learnt from apart. Reminders are for the second.
LEAST_VISITS = 2
# What was seen per pair and span, and whether it was bought in it.
Lesson = tuple[Floats, Floats]
Learnt = tuple[Logistic | None, Logistic | None]


@dataclass(frozen=True, slots=True)
class Situation:
    """Every pair as of one day: its past, its rhythm, the silence, and what is seen of it in each span (`features`)."""

    pairs: Pairs
    rhythm: Rhythm
    silence: Floats
    own: Floats
    visit: Floats
    steady: Floats


def situations(known: Lines, *, as_of: float, after: Floats, sampled: bool = False) -> Situation:
    """All pairs; or, to learn from, a sample of each crowd."""
    past, gaps = histories(known)
    silence = np.maximum(as_of - past.last, 0.0)
    paced = rhythm(past, gaps, group=past.product, silence=silence, owner=past.customer)
    orders, order_gaps = histories(
        Lines(known.customer, np.zeros_like(known.customer), known.day, np.ones_like(known.day))
    )
    quiet = np.maximum(as_of - orders.last, 0.0)
    habit = rhythm(orders, order_gaps, group=orders.product, silence=quiet)
    rows = _sample(past) if sampled else np.arange(len(silence))
    pairs = past.at(rows)
    whose = np.searchsorted(orders.customer, pairs.customer)
    paced, silence = paced.at(rows), silence[rows]
    steady = np.column_stack(
        [
            *_own_steady(known, pairs, paced=paced, silence=silence),
            *_paces(pairs, orders.at(whose), quiet=quiet[whose], as_of=as_of),
        ]
    )
    own = _steps(paced, silence, after=after)
    return Situation(pairs, paced, silence, own=own, visit=_steps(habit, quiet, after=after)[whose], steady=steady)


def _sample(past: Pairs) -> Ints:
    """Every n-th of each crowd, so that the same data give the same answer."""
    crowds = [np.flatnonzero(crowd) for crowd in _crowds(past)]
    return np.concatenate([rows[:: max(1, len(rows) // SAMPLE)] for rows in crowds])


def _crowds(past: Pairs) -> tuple[Bools, Bools]:
    """Who bought once is another crowd than who came back."""
    often = past.visits >= LEAST_VISITS
    return ~often, often


def _steps(paced: Rhythm, silence: Floats, *, after: Floats) -> Floats:
    """Cumulative hazard of the gap within each span, given the silence so far: pairs by spans."""
    logs = np.column_stack([paced.log_survival(silence + days) for days in after])
    return np.asarray(np.clip(logs[:, :-1] - logs[:, 1:], 1e-9, 30.0))


def alone(steps: Floats, paced: Rhythm, *, silence: Floats) -> Floats:
    """The hazard by the rhythm alone: who may never come back, and has been silent for long, probably will not."""
    survival = np.exp(paced.log_survival(silence))
    alive = paced.repeat * survival / np.maximum(paced.repeat * survival + 1.0 - paced.repeat, 1e-12)
    lasts = np.exp(-np.cumsum(steps, axis=1))
    waits = np.concatenate([np.ones((len(steps), 1)), 1.0 - alive[:, None] * (1.0 - lasts)], axis=1)
    return np.asarray(np.clip(1.0 - waits[:, 1:] / np.maximum(waits[:, :-1], 1e-12), 0.0, 1.0))


def _own_steady(known: Lines, pairs: Pairs, *, paced: Rhythm, silence: Floats) -> list[Floats]:
    """What is the same for every span: how often, how faithfully, how long ago; logarithms, so that stores compare.

    The first and the second stand for the visits and the silence, which `features` multiplies with the span."""
    passed, chances = visits_since(known, pairs.customer, after=(pairs.last, pairs.first - 1.0))
    return [
        np.log(pairs.visits),
        np.log(silence + 1.0),
        np.log1p(passed),
        np.log((pairs.visits + 0.5) / (chances + 1.0)),
        np.log(paced.repeat / (1.0 - paced.repeat)),
        np.clip(np.log(silence + 1.0) - paced.mean, -5.0, 5.0),
        np.clip(paced.mean, 0.0, 8.0),
        paced.spread,
    ]


def _paces(pairs: Pairs, orders: Pairs, *, quiet: Floats, as_of: float) -> list[Floats]:
    """How lately and how often this customer orders at all, and this product."""
    return [
        np.log(quiet + 1.0),
        np.log(orders.visits / (as_of - orders.first + 1.0)),
        np.log(pairs.visits / (as_of - pairs.first + 1.0)),
    ]


def features(now: Situation, rows: Ints, *, after: Floats) -> list[Floats]:
    """What the learnt hazard looks at, a column each, of shapes that broadcast to pairs by spans."""
    own, visit = np.clip(np.log(now.own[rows]), -9.0, 3.0), np.clip(np.log(now.visit[rows]), -9.0, 3.0)
    steady = [column[:, None] for column in now.steady[rows].T]
    middle = np.log(0.5 * (after[1:] + after[:-1]) + 1.0)[None, :]
    moving = [own, visit, own * steady[0], own**2, visit**2, own * visit, middle, middle**2]
    return [*moving, steady[1] * middle, steady[8] * middle, *steady]


def _lesson(now: Situation, rows: Ints, *, after: Floats, waited: Floats, until: float) -> Lesson:
    """One observation per pair and span that was lived through without the product: what was seen, what came."""
    asked: Bools = (waited[rows, None] > after[None, :-1]) & (after[None, 1:] <= until + 1e-9)
    came: Bools = waited[rows, None] <= after[None, 1:]
    seen = [np.broadcast_to(column, asked.shape)[asked] for column in features(now, rows, after=after)]
    return np.column_stack(seen), came[asked].astype(np.float64)


def rehearsed(known: Lines, *, as_of: float, after: Floats) -> Learnt:
    """The hazards as they would have been told earlier, fitted to what came, for either crowd.

    A crowd of which too few came is learnt of with the other; where too few came at all, there is nothing learnt."""
    reach = min(float(after[-1]), (as_of - float(known.day.min(initial=as_of))) / 2.0)
    told = [_rehearsal(known, as_of=as_of, back=back, after=after) for back in (reach, reach / 2.0)]
    once, often = ([one[crowd] for one in told if one is not None] for crowd in (0, 1))
    apart = (_learnt(once, enough=ENOUGH_APART), _learnt(often, enough=ENOUGH_APART))
    if all(apart):
        return apart
    every = _learnt([*once, *often], enough=ENOUGH)
    return apart[0] or every, apart[1] or every


def _learnt(seen: list[Lesson], *, enough: int) -> Logistic | None:
    if sum(came.sum() for _, came in seen) < enough:
        return None
    return learn(np.concatenate([one for one, _ in seen]), np.concatenate([came for _, came in seen]), ridge=RIDGE)


def _rehearsal(known: Lines, *, as_of: float, back: float, after: Floats) -> tuple[Lesson, Lesson] | None:
    """What either crowd teaches that is asked on the day `back` days before, as if nothing later were known."""
    then = np.floor(as_of - back)
    before = known.until(then)
    if not len(before.day):
        return None
    past = situations(before, as_of=then, after=after, sampled=True)
    waited = _waited(known, past.pairs, then=then)
    once, often = (
        _lesson(past, np.flatnonzero(crowd), after=after, waited=waited, until=as_of - then)
        for crowd in _crowds(past.pairs)
    )
    return once, often


def _waited(known: Lines, past: Pairs, *, then: float) -> Floats:
    """Days from `then` to the next time each pair was bought; infinite where it was not."""
    later = known.day > then
    width = int(known.product.max(initial=0)) + 1
    keys = known.customer[later] * width + known.product[later]
    order = np.lexsort((known.day[later], keys))
    keys, days = keys[order], known.day[later][order]
    wanted = past.customer * width + past.product
    place = np.searchsorted(keys, wanted)
    inside = np.minimum(place, max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(wanted), np.inf)
    return np.where((place < len(keys)) & (keys[inside] == wanted), days[inside] - then, np.inf)


def believed(now: Situation, learnt: Learnt, *, after: Floats) -> Floats:
    """Hazard per pair and span: what was learnt of its crowd, or the rhythm alone where nothing could be."""
    found = alone(now.own, now.rhythm, silence=now.silence)
    for crowd, model in zip(_crowds(now.pairs), learnt, strict=True):
        if model is None:
            continue
        rows = np.flatnonzero(crowd)
        for begin in range(0, len(rows), BATCH):
            some = rows[begin : begin + BATCH]
            found[some] = model.probability(features(now, some, after=after))
    return found
