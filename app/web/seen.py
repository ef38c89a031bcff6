"""What a verdict saw, and other words that were kept for people, in the visitor's language as far as they are ours."""

from datetime import datetime

from flask import Flask

from app.pipeline.heal import WEBHOOKS
from app.reports.overview.words import called, labelled
from app.web.house import runtime
from app.web.place import say
from app.web.words import moment

NOTHING = "–"
MOMENTS = ("due_at", "stale_at", "paused_until", "winner_at")
# Under these a verdict keeps a machine's word; "brake" and "winner" name a workflow.
WORDS = ("consent", "suppressed", "open", "topic", "receipt")
WHOLE_STORE = "store"


def teach(flask_app: Flask) -> None:
    flask_app.jinja_env.filters.update(seen=seen, told=told)


def told(sentence: str | None) -> str:
    """A sentence that was kept for people; what a store or a provider said stays as it came."""
    if sentence and sentence.startswith(WEBHOOKS):
        return say(WEBHOOKS) + sentence.removeprefix(WEBHOOKS)
    return say(sentence) if sentence else ""


def seen(value: object, word: str) -> str:
    """What was seen under this word: "2026-11-27T09:00:00+00:00" -> "tomorrow, 10:00", "soft_bounced" -> "Soft bounced"."""
    if value is None:
        return NOTHING
    text = str(value)
    if word in MOMENTS:
        return moment(datetime.fromisoformat(text))
    if word == "medium":
        return say(called(text))
    if word in WORDS:
        return say(labelled(text))
    return _workflow(text) if word in ("brake", "winner") else told(text)


def _workflow(name: str) -> str:
    known = runtime().workflows.get(name)
    if known is not None and known.title:
        return say(known.title)
    return say("All marketing") if name == WHOLE_STORE else name
