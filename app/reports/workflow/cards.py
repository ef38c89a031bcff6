"""Every workflow of a store at a glance: what it does, how it stands, what came of it and what it caused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.model import Store
from app.reports.figures import EffectRow
from app.reports.overview.words import labelled
from app.reports.workflow.sources import Sources, sources
from workflows.language import Phrase, Purpose, Workflow


@dataclass(frozen=True, slots=True)
class Card:
    """`note` is what to know before it is switched on; `sentences` are yet to be said in a language. `sent` counts 30 days;
    `effect` is over `days`, None where nothing was decided or a big store waits for its first night. Where nobody counts
    clicks, none is no number."""

    name: str
    title: str
    purpose: Purpose
    note: str | None
    sentences: tuple[Phrase, ...]
    is_on: bool
    waiting: int
    sent: int | None
    effect: EffectRow | None
    days: int
    counts_clicks: bool

    @property
    def state(self) -> str:
        """ "live"; "paused" where somebody waits for it to be on again; "off"."""
        if self.is_on:
            return "live"
        return "paused" if self.waiting else "off"

    @property
    def has_counts(self) -> bool:
        """Whether there is anything to count: one that was never on is quiet about it."""
        return self.is_on or bool(self.waiting or self.sent or self.effect)


def cards(session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime) -> list[Card]:
    """Marketing before service, those that are on first."""
    told = sources(session, store, known=known, now=now)
    found = [card(one, told) for one in known.values()]
    return sorted(found, key=lambda one: (one.purpose is Purpose.SERVICE, not one.is_on, one.title))


def card(known: Workflow, told: Sources) -> Card:
    setting = told.settings.get(known.name)
    return Card(
        name=known.name,
        title=known.title or labelled(known.name),
        purpose=known.purpose,
        note=known.note,
        sentences=tuple(known.phrases(setting.dials if setting else {})),
        is_on=bool(setting and setting.is_on),
        waiting=told.waits(known.name),
        sent=None if told.sent is None else told.sent.get(known.name, 0),
        effect=None if told.effects is None else told.effects.get(known.name),
        days=told.days,
        counts_clicks=told.wraps_links and known.purpose is Purpose.MARKETING,
    )
