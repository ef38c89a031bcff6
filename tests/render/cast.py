"""Anna, her order, and the texts that the tests fill in for her."""

from dataclasses import replace
from typing import Any

from app.render import Rendered, Voice, render, sample
from app.render.text import compiled
from tests.conftest import NOW
from workflows.language import Facts, ItemFacts

VOICE = sample.voice(is_marketing=True)


def facts(**changes: Any) -> Facts:
    return replace(sample.facts(NOW, dials={"percent": 10}, code="ANNA-7K2P"), **changes)


def named(first_name: str | None) -> Facts:
    known = facts()
    return replace(known, customer=replace(known.customer, first_name=first_name))


def bought(*items: ItemFacts, **changes: Any) -> Facts:
    known = facts()
    assert known.order is not None
    return replace(known, order=replace(known.order, items=items, **changes))


def filled(source: str, known: Facts | None = None, *, voice: Voice = VOICE) -> Rendered:
    """The source as a message: a whole text, or its body alone where it has one line."""
    whole = source if "\n" in source else f"A subject\n{source}"
    return render(compiled("tried", whole), known or facts(), voice=voice)


def body(rendered: Rendered) -> str:
    """The plain words above the foot."""
    return rendered.text.rpartition("\n\n--\n")[0].rstrip("\n")
