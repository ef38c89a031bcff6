"""What a text says of each thing that was bought: written once a thing, and kept for all others who bought the same.

A walk over a list may name the thing and the store, and nothing of the person; then its words are those of one thing after
the other, and the text around it has a form like any other.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, Template, nodes

from app.render.context import personal, shared_context
from app.render.cut import Page, cut_page
from app.render.links import STRAIGHT
from app.render.names import kind, path
from app.render.values import Voice
from workflows.language import Facts

Thing = Mapping[str, Any]
DOORS = frozenset({"unsubscribe_url", "mail.preferences_url", "mail.view_url"})
MOST_THINGS = 5_000
_kept: dict[tuple[Any, ...], Page] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One walk of one part of a text: over which list, over how many of its things at most, and the words for each."""

    over: str
    most: int | None
    words: Template
    is_page: bool

    def told(self, things: Sequence[Thing], *, voice: Voice, shared: Hashable, direction: str) -> str:
        """The words for all things; for a page they are escaped by now."""
        way = voice.way if self.is_page else STRAIGHT
        pages = [
            _kept.get(key) or _keep(key, self._written(thing, voice, direction=direction))
            for thing in things[: self.most]
            for key in ((self, shared, *thing.values()),)
        ]
        return "".join([one.filled((), way) for one in pages])

    def _written(self, thing: Thing, voice: Voice, *, direction: str) -> Page:
        above, _, below = self.over.partition(".")
        words = self.words.render({**shared_context(voice, direction=direction), above: {below: [thing]}})
        return cut_page(words, voice.way if self.is_page else STRAIGHT)


def told(walks: Sequence[Walk], facts: Facts, *, voice: Voice, shared: Hashable, direction: str) -> list[str]:
    """What each of these walks, all of one text, says in this message; `shared` is what the voice has in common with other
    messages, `direction` that of the text. Raises KeyError where the message has no such list."""
    lists = {over: personal(over, facts, voice=voice) for over in {one.over for one in walks}}
    return [one.told(lists[one.over], voice=voice, shared=shared, direction=direction) for one in walks]


def walk(node: nodes.For, environment: Environment) -> Walk | None:
    """The walk that this loop is; None where it names more than the thing and the store, or is no plain walk over a list."""
    over, most = _bounded(node.iter)
    name = node.target.name if isinstance(node.target, nodes.Name) else ""
    if not (name and isinstance(kind(over), tuple)) or node.else_ or node.test is not None:
        return None
    if any(_is_personal(one, name) for part in node.body for one in names_in(part)):
        return None
    alone = nodes.Template([node], lineno=1)
    alone.set_environment(environment)
    return Walk(over, most, environment.from_string(alone), bool(environment.autoescape))


def _bounded(node: nodes.Node) -> tuple[str, int | None]:
    """What is walked over, "" where that is no bare list, and how far."""
    if isinstance(node, nodes.Filter) and node.name == "take" and isinstance(node.args[0], nodes.Const):
        return path(node.node) or "" if node.node is not None else "", int(node.args[0].value)
    return path(node) or "", None


def _is_personal(name: str, thing: str) -> bool:
    return name in DOORS or name.partition(".")[0] not in {thing, "store", "mail"}


def names_in(node: nodes.Node) -> Iterator[str]:
    """Every name that this part of a text names, as "order.total"."""
    if name := path(node):
        yield name
        return
    yield from _names_of(node.iter_child_nodes())


def _names_of(some: Iterable[nodes.Node]) -> Iterator[str]:
    for one in some:
        yield from names_in(one)


def _keep(key: tuple[Any, ...], page: Page) -> Page:
    if len(_kept) >= MOST_THINGS:
        _kept.clear()
    _kept[key] = page
    return page
