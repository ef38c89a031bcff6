"""What a shop's own past says about its rhythms: the chance of buying again in each span of days, learnt and believed."""

from dataclasses import dataclass

import numpy as np

from app.insight.arrays import Bools, Floats, Ints
from app.insight.histories import Lines, Pairs, histories, visits_between
from app.insight.logistic import Logistic, learn
from app.insight.rhythm import Rhythm, rhythm

# A rehearsal needs this many pairs that came back; below, the rhythm stands alone.
ENOUGH = 50
# More rows than this teach nothing new; the sample is every n-th pair.
SAMPLE = 12_000
RIDGE = 5.0
BATCH = 4096
# What has been bought once says little; those that come back are learnt from pairs that were bought at least so often.
LEAST_VISITS = 2


@dataclass(frozen=True, slots=True)
class Situation:
    """Every pair as of one day: its past, its rhythm, the silence, and what is seen of it in each span (`features`)."""

    pairs: Pairs
    rhythm: Rhythm
    silence: Floats
    own: Floats
    visit: Floats
    steady: Floats


def situations(known: Lines, *, as_of: float, after: Floats, least: int | None = None) -> Situation:
    """All pairs; or, to learn from, a sample of those bought on `least` days or more."""
    past, gaps = histories(known)
    silence = np.maximum(as_of - past.last, 0.0)
    paced = rhythm(past, gaps, group=past.product, silence=silence, owner=past.customer)
    orders, order_gaps = histories(
        Lines(known.customer, np.zeros_like(known.customer), known.day, np.ones_like(known.day))
    )
    quiet = np.maximum(as_of - orders.last, 0.0)
    habit = rhythm(orders, order_gaps, group=orders.product, silence=quiet)
    rows = np.arange(len(silence)) if least is None else _sample(past, least)
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


def _sample(past: Pairs, least: int) -> Ints:
    """Every n-th, so that the same data give the same answer."""
    rows = np.flatnonzero(past.visits >= least)
    return rows[:: max(1, len(rows) // SAMPLE)]


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
    passed = visits_between(known, pairs.customer, after=pairs.last)
    chances = visits_between(known, pairs.customer, after=pairs.first - 1.0)
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


def features(now: Situation, rows: slice, *, after: Floats) -> Floats:
    """What the learnt hazard looks at: pairs by spans by features."""
    steady = now.steady[rows]
    own, visit = np.clip(np.log(now.own[rows]), -9.0, 3.0), np.clip(np.log(now.visit[rows]), -9.0, 3.0)
    middle = np.broadcast_to(np.log(0.5 * (after[1:] + after[:-1]) + 1.0), own.shape)
    moving = [own, visit, own * steady[:, :1], own**2, visit**2, own * visit, middle, middle**2]
    moving += [steady[:, 1:2] * middle, steady[:, 8:9] * middle]
    still = np.broadcast_to(steady[:, None, :], (*own.shape, steady.shape[1]))
    return np.concatenate([np.stack(moving, axis=2), still], axis=2)


def rehearsed(known: Lines, *, as_of: float, after: Floats, least: int = LEAST_VISITS) -> Logistic | None:
    """The hazards as they would have been told earlier, fitted to what came; None where too little came."""
    reach = min(float(after[-1]), (as_of - float(known.day.min(initial=as_of))) / 2.0)
    seen, came = [], []
    for back in (reach, reach / 2.0):
        told = _rehearsal(known, as_of=as_of, back=back, after=after, least=least)
        if told is not None:
            seen.append(told[0])
            came.append(told[1])
    if not came or sum(one.sum() for one in came) < ENOUGH:
        return None
    return learn(np.concatenate(seen), np.concatenate(came), ridge=RIDGE)


def _rehearsal(known: Lines, *, as_of: float, back: float, after: Floats, least: int) -> tuple[Floats, Floats] | None:
    """One observation per pair and span that was lived through without the product: what was seen, what came."""
    then = np.floor(as_of - back)
    before = known.until(then)
    if not len(before.day):
        return None
    past = situations(before, as_of=then, after=after, least=least)
    waited = _waited(known, past.pairs, then=then)[:, None]
    asked: Bools = (waited > after[None, :-1]) & (after[None, 1:] <= as_of - then + 1e-9)
    return features(past, slice(None), after=after)[asked], (waited <= after[None, 1:])[asked].astype(np.float64)


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


def believed(now: Situation, learnt: Logistic | None, *, after: Floats) -> Floats:
    """Hazard per pair and span: what was learnt, or the rhythm alone where nothing could be."""
    if learnt is None:
        return alone(now.own, now.rhythm, silence=now.silence)
    found = np.empty_like(now.own)
    for begin in range(0, len(found), BATCH):
        rows = slice(begin, begin + BATCH)
        found[rows] = learnt.probability(features(now, rows, after=after))
    return found
