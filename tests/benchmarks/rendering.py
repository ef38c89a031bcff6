"""How many messages a second one core fills in: `python -m tests.benchmarks.rendering` prints each figure beside its limit.

The limit is Jinja alone: the same three templates, filled with values that are already clean. Each message is to another
person, with an unsubscribe link and an amount of its own, about an order of six items.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from app.render import Text, Voice, load, render, sample
from app.render.context import context, money
from workflows.language import Facts, ItemFacts

GOAL = 5_000
MESSAGES, ROUNDS = 3_000, 3
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Message = tuple[Facts, Voice]


def messages() -> list[Message]:
    known, voice = sample.facts(NOW, dials={"percent": 10}, code=None), sample.voice(is_marketing=True)
    assert known.order is not None
    items = tuple(ItemFacts(f"Coat hanger {n}", n, 275 + n, str(n), f"{sample.STORE}/{n}") for n in range(1, 7))
    known = replace(known, order=replace(known.order, items=items))
    return [
        (
            replace(known, customer=replace(known.customer, first_name=f"Anna{'abcdefgh'[n % 8]}", spent=n * 7)),
            replace(voice, unsubscribe_url=f"{sample.STORE}/unsubscribe/{n}"),
        )
        for n in range(MESSAGES)
    ]


def rate(work: Callable[[], object]) -> float:
    """Messages a second of CPU, the best of a few rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = max(best, MESSAGES / (time.process_time() - begun))
    return best


def bare(text: Text, given: list[Message]) -> Callable[[], object]:
    values = [context(known, voice, direction=text.direction) for known, voice in given]
    templates = (text.subject, text.plain, text.page)
    return lambda: [[template.render(one) for template in templates] for one in values]


def whole(text: Text, given: list[Message]) -> Callable[[], object]:
    def fill() -> None:
        # Amounts differ from person to person: none may be remembered from the round before.
        money.cache_clear()
        for known, voice in given:
            render(text, known, voice=voice)

    return fill


def main() -> None:
    given = messages()
    for name in ("order_confirmation", "review_request", "welcome_hello"):
        text = load(name)
        limit = rate(bare(text, given))
        found = rate(whole(text, given))
        sys.stdout.write(f"{name}: {found:,.0f} a second a core, goal {GOAL:,}; Jinja alone {limit:,.0f}\n")


if __name__ == "__main__":
    main()
