"""Which names a text may use where, and which of them may be empty: judged on the parsed text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jinja2 import nodes

from app.render.values import Complaint
from app.translations import marked
from workflows.language import Phrase, Verbatim

# What a name stands for: a kind of word, the names below it, or a list of things with names below them. A "name" is
# empty where the store does not know it.
Below = Mapping[str, "str | tuple[Mapping[str, str]]"]
Kind = str | Below | tuple[Mapping[str, str]]

ITEM: Mapping[str, str] = {"title": "text", "quantity": "number", "price": "text", "url": "url", "image_url": "url"}
KNOWN: Mapping[str, Kind] = {
    "customer": {"first_name": "name", "last_name": "name", "orders": "number", "spent": "text"},
    "store": {"name": "text", "url": "url", "postal_address": "text"},
    "order": {
        "number": "text",
        "total": "text",
        "placed_on": "text",
        "shipped_on": "text",
        "delivered_on": "text",
        "is_first": "truth",
        "items": (ITEM,),
    },
    "checkout": {"url": "url", "total": "text", "items": (ITEM,)},
    "product": {"title": "text", "url": "url", "image_url": "url", "price": "text", "price_before": "text"},
    "parcel": {"days_late": "number"},
    "code": {"word": "text", "percent": "number"},
    "unsubscribe_url": "url",
}
AFTER_A_WORD = re.compile(r"(?<=[^\W\d_])[,;:]?[ \t]+$")
_KEEPS_EMPTY = frozenset({"upper", "lower", "capitalize"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known at one place of a text: its names, and which of those that may be empty are sure not to be."""

    known: Mapping[str, Kind]
    sure: frozenset[str] = frozenset()


def path(node: nodes.Node) -> str | None:
    """ "order.items" for the node that says so; None for anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        above = path(node.node)
        return f"{above}.{node.attr}" if above else None
    return None


def names(node: nodes.Node, scope: Scope) -> Iterator[Complaint]:
    """Complaints about names in this part of a text."""
    if isinstance(node, nodes.Output):
        yield from _output(node, scope)
    elif isinstance(node, nodes.If):
        yield from _choice(node, scope)
    elif isinstance(node, nodes.For):
        yield from _loop(node, scope)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        found = _kind(node, scope)
        if isinstance(found, Complaint):
            yield found
    else:
        for child in node.iter_child_nodes():
            yield from names(child, scope)


def kind(words: str) -> Kind | None:
    """What a name such as "store.url" stands for, outside of loops; None where there is none such."""
    first, _, rest = words.strip().partition(".")
    above = KNOWN.get(first)
    return above.get(rest) if rest and isinstance(above, Mapping) else above


def _kind(node: nodes.Node, scope: Scope) -> Kind | Complaint:
    if isinstance(node, nodes.Name):
        words = {"name": Verbatim(node.name), "all": _listed(scope.known)}
        unknown = Phrase("there is no “%(name)s”; there are %(all)s", words)
        return scope.known.get(node.name) or Complaint(node.lineno, unknown)
    if not isinstance(node, nodes.Getattr):
        return "text"
    above = _kind(node.node, scope)
    if isinstance(above, Complaint):
        return above
    if isinstance(above, Mapping) and node.attr in above:
        return above[node.attr]
    words = {"name": Verbatim(path(node.node) or ""), "below": Verbatim(node.attr)}
    if not isinstance(above, Mapping):
        return Complaint(node.lineno, Phrase("“%(name)s” has no “%(below)s”; nothing is below it", words))
    has = Phrase("“%(name)s” has no “%(below)s”; it has %(all)s", {**words, "all": _listed(above)})
    return Complaint(node.lineno, has)


def _listed(known: Mapping[str, object]) -> Verbatim:
    return Verbatim(", ".join(sorted(known)))


def _output(node: nodes.Output, scope: Scope) -> Iterator[Complaint]:
    before = ""
    for one in node.nodes:
        if isinstance(one, nodes.TemplateData):
            before = one.data
            continue
        yield from names(one, scope)
        yield from _unfit(one, before, scope=scope)
        before = ""


def _unfit(one: nodes.Expr, before: str, *, scope: Scope) -> Iterator[Complaint]:
    """What has a known name and still cannot be printed here."""
    bare: nodes.Node = one
    while isinstance(bare, nodes.Filter) and bare.name in _KEEPS_EMPTY and bare.node is not None:
        bare = bare.node
    found, words = _kind(bare, scope), path(bare)
    if words and not isinstance(found, str | Complaint):
        too_much = Phrase("“%(name)s” is not a word; name what is below it", {"name": Verbatim(words)})
        yield Complaint(one.lineno, too_much)
    if found == "name" and words not in scope.sure and not AFTER_A_WORD.search(before):
        yield Complaint(one.lineno, _may_be_missing(words or ""))


def _may_be_missing(name: str) -> Phrase:
    pattern = marked(
        "“%(name)s” may be missing: write it right after a word, as in “Hello %(code)s”, or say what stands for it, as in"
        " %(with)s"
    )
    with_word = f'{{{{ {name} | default("friend") }}}}'
    return Phrase(
        pattern,
        {"name": Verbatim(name), "code": Verbatim(f"{{{{ {name} }}}}"), "with": Verbatim(with_word)},
    )


def _choice(node: nodes.If, scope: Scope) -> Iterator[Complaint]:
    yield from names(node.test, scope)
    yield from _all(node.body, replace(scope, sure=scope.sure | _sure_if(node.test)))
    otherwise = replace(scope, sure=scope.sure | _sure_if_not(node.test))
    yield from _all([*node.elif_, *node.else_], otherwise)


def _sure_if(test: nodes.Node) -> frozenset[str]:
    """The names that cannot be empty where the test holds."""
    if isinstance(test, nodes.And):
        return _sure_if(test.left) | _sure_if(test.right)
    if isinstance(test, nodes.Not):
        return _sure_if_not(test.node)
    words = path(test)
    return frozenset({words}) if words else frozenset()


def _sure_if_not(test: nodes.Node) -> frozenset[str]:
    if isinstance(test, nodes.Or):
        return _sure_if_not(test.left) | _sure_if_not(test.right)
    return _sure_if(test.node) if isinstance(test, nodes.Not) else frozenset()


def _loop(node: nodes.For, scope: Scope) -> Iterator[Complaint]:
    over = node.iter.node if isinstance(node.iter, nodes.Filter) and node.iter.node is not None else node.iter
    found = _kind(over, scope)
    name = node.target.name if isinstance(node.target, nodes.Name) else ""
    if isinstance(found, Complaint):
        yield found
    elif not isinstance(found, tuple):
        yield Complaint(node.lineno, Phrase("only a list can be walked over, such as order.items"))
    elif name in KNOWN or name == "loop":
        taken = Phrase("“%(name)s” means something else already; call it “item”", {"name": Verbatim(name)})
        yield Complaint(node.lineno, taken)
    else:
        yield from _all(node.body, replace(scope, known={**scope.known, name: found[0]}))
    yield from _all(node.else_, scope)


def _all(some: list[nodes.Node] | list[nodes.If], scope: Scope) -> Iterator[Complaint]:
    for one in some:
        yield from names(one, scope)
