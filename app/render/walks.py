"""What a text says of each thing that was bought: written once a thing, and kept for all others who bought the same.

A walk over a list may name the thing and the store, and nothing of the person; then its words are those of one thing after
the other, and the text around it has a form like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, Template, nodes
from markupsafe import Markup

from app.render.context import of_the_store, personal
from app.render.cut import Page, cut_page
from app.render.links import STRAIGHT
from app.render.names import kind, path
from app.render.values import Voice
from workflows.language import Facts

MOST_THINGS = 5_000
_kept: dict[tuple[Any, ...], Page] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One walk of one part of a text: over which list, over how many of its things at most, and the words for each."""

    over: str
    most: int | None
    words: Template
    is_page: bool

    def told(self, facts: Facts, *, voice: Voice) -> str:
        """The words for all things, safe as they are on a page. Raises KeyError where the message has no such list."""
        way = voice.way if self.is_page else STRAIGHT
        things = personal(self.over, facts, voice=voice)[: self.most]
        return Markup("".join([self._one(thing, voice).filled((), way) for thing in things]))  # noqa: S704 - escaped there.

    def _one(self, thing: dict[str, Any], voice: Voice) -> Page:
        key = (self, voice.shared, *thing.values())
        return _kept.get(key) or _keep(key, self._written(thing, voice))

    def _written(self, thing: dict[str, Any], voice: Voice) -> Page:
        above, _, below = self.over.partition(".")
        words = self.words.render({above: {below: [thing]}, "store": of_the_store(voice)})
        return cut_page(words, voice.way if self.is_page else STRAIGHT)


def walk(node: nodes.For, environment: Environment) -> Walk | None:
    """The walk that this loop is; None where it names more than the thing and the store, or is no plain walk over a list."""
    over, most = _bounded(node.iter)
    name = node.target.name if isinstance(node.target, nodes.Name) else ""
    if not (name and isinstance(kind(over), tuple)) or node.else_ or node.test is not None:
        return None
    if any(one.partition(".")[0] not in {name, "store"} for part in node.body for one in names_in(part)):
        return None
    alone = nodes.Template([node], lineno=1)
    return Walk(over, most, environment.from_string(alone.set_environment(environment)), bool(environment.autoescape))


def _bounded(node: nodes.Node) -> tuple[str, int | None]:
    """What is walked over, "" where that is no bare list, and how far."""
    if isinstance(node, nodes.Filter) and node.name == "take" and isinstance(node.args[0], nodes.Const):
        return path(node.node) or "" if node.node is not None else "", int(node.args[0].value)
    return path(node) or "", None


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
