"""What a text only says of a person, and what it asks about: judged once, so that the words between can be kept for all.

A name that is merely put in, or tested for being empty, may be left blank when the text is filled in: whatever stands there,
the words around it are the same, and so they are around a walk over what was bought. A number that is compared makes other
words, and is no blank; a text that changes a word's letters is filled in whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from jinja2 import Environment, Template, nodes

from app.render.cut import mark
from app.render.names import kind, path
from app.render.walks import DOORS, Walk, names_in, walk

_OF_THE_STORE = ("store.", "mail.")
_FIT_TO_BE_KEPT = frozenset({"number", "truth"})
# What a blank may go through: its words come out of these as they went in.
_PASSED_UNCHANGED = {"default": None, "link": "url"}


@dataclass(frozen=True, slots=True)
class Blanks:
    """`said` are the names that may be left blank, `asked` the numbers and truths on which other words depend; `urls` are the
    places of the addresses among what is said, `strange` those of addresses that the house did not make itself. `walks` are
    numbered from 0, and blanks behind them; `frames` is the text with a mark for each walk, None where there is none."""

    said: tuple[str, ...]
    asked: tuple[str, ...]
    walks: tuple[Walk, ...] = ()
    frames: tuple[Template, ...] | None = None
    urls: tuple[int, ...] = field(init=False)
    strange: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        urls = tuple(place for place, one in enumerate(self.said) if kind_of(one) == "url")
        object.__setattr__(self, "urls", urls)
        object.__setattr__(self, "strange", tuple(place for place in urls if self.said[place] not in DOORS))


@dataclass(slots=True)
class _Found:
    said: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    walks: list[Walk] = field(default_factory=list)
    is_odd: bool = False


def blanks(trees: Sequence[nodes.Template]) -> Blanks | None:
    """The blanks of a text whose parts are these, which are changed by it; None for one that has to be filled in whole."""
    found = _Found()
    for tree in trees:
        _read(tree.body, found, environment=_of(tree))
    said, asked = (sorted(filter(_is_personal, names)) for names in (found.said - found.asked, found.asked))
    is_plain = all(isinstance(kind_of(one), str) for one in said)
    if found.is_odd or not is_plain or any(kind_of(one) not in _FIT_TO_BE_KEPT for one in asked):
        return None
    frames = tuple(_of(tree).from_string(tree) for tree in trees) if found.walks else None
    return Blanks(tuple(said), tuple(asked), tuple(found.walks), frames)


def _of(tree: nodes.Template) -> Environment:
    if tree.environment is None:
        raise ValueError("this text was parsed by nobody")
    return tree.environment


def kind_of(name: str) -> object:
    """What a name stands for; the doors of the frame are addresses as well."""
    return "url" if name in DOORS else kind(name)


def _is_personal(name: str) -> bool:
    return name in DOORS or not name.startswith(_OF_THE_STORE)


def _read(body: list[nodes.Node], found: _Found, *, environment: Environment) -> None:
    """What these statements say and ask; a mark takes the place of each walk."""
    for place, node in enumerate(body):
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                _put_in(part, found)
        elif isinstance(node, nodes.If):
            _tested(node.test, found)
            for some in (node.body, node.elif_, node.else_):
                _read(cast("list[nodes.Node]", some), found, environment=environment)
        elif isinstance(node, nodes.For) and (one := walk(node, environment)) is not None:
            body[place] = _marked(len(found.walks), environment)
            found.walks.append(one)
        else:
            found.is_odd = True


def _marked(number: int, environment: Environment) -> nodes.Output:
    made = nodes.Output([nodes.TemplateData(mark(number), lineno=1)], lineno=1)
    made.set_environment(environment)
    return made


def _put_in(node: nodes.Node, found: _Found) -> None:
    bare: nodes.Node = node
    while isinstance(bare, nodes.Filter) and bare.name in _PASSED_UNCHANGED and bare.node is not None:
        wanted = _PASSED_UNCHANGED[bare.name]
        bare = bare.node
        if wanted is not None and kind_of(path(bare) or "") != wanted:
            break
    else:
        if name := path(bare):
            found.said.add(name)
            return
    found.asked.update(names_in(node))


def _tested(node: nodes.Node, found: _Found) -> None:
    """A test for being empty, or several of them."""
    if isinstance(node, nodes.And | nodes.Or):
        _tested(node.left, found)
        _tested(node.right, found)
    elif isinstance(node, nodes.Not):
        _tested(node.node, found)
    elif name := path(node):
        found.said.add(name)
    else:
        found.asked.update(names_in(node))
