"""What a text may say in Jinja: an allow-list of syntax, names and filters, judged on the parsed text before anything runs.

A sandbox is not enough: it stops neither "x" * 10**9 nor nested ranges nor a call of a method that deletes. So a text may
name data, compare it, choose by it and walk over lists of it, and nothing else.
"""

from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from app.render.dialect import FILTERS, PLAIN
from app.render.names import KNOWN, Kind, Scope, names
from app.render.values import Complaint

LONGEST_SOURCE = 20_000
LONGEST_WORD = 200
MOST_LOOPS = 10
MOST_TAKEN = 50
DEEPEST_SYNTAX = 50
LARGEST_NUMBER = 1_000_000_000

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_WORDS = {
    nodes.Call: "nothing can be called in a text",
    nodes.Getitem: "square brackets are not allowed; write a dot",
    nodes.Assign: "“set” is not allowed",
    nodes.AssignBlock: "“set” is not allowed",
    nodes.Macro: "“macro” is not allowed",
    nodes.Include: "“include” is not allowed",
    nodes.Import: "“import” is not allowed",
    nodes.FromImport: "“import” is not allowed",
    nodes.Extends: "“extends” is not allowed",
    nodes.Test: "“is” is not allowed; write {% if customer.first_name %}",
}
_TAKES: Mapping[str, tuple[type, ...]] = {"default": (str,), "take": (int,)}
_ASKED = {"default": 'takes one word in quotes, as default("friend")', "take": "takes one number, as take(3)"}


def parsed(source: str) -> nodes.Template | Complaint:
    """The syntax tree, or what stops it from being one."""
    if len(source) > LONGEST_SOURCE:
        return Complaint(1, f"the text is longer than {LONGEST_SOURCE} characters")
    try:
        return PLAIN.parse(source)
    except TemplateSyntaxError as error:
        return Complaint(error.lineno, f"this is not understood: {error.message or 'wrong tag'}")
    except ValueError:
        return Complaint(1, "a number is too long")
    except RecursionError:
        return Complaint(1, "tags are nested too deeply")


def complaints(tree: nodes.Template, *, known: Mapping[str, Kind] = KNOWN) -> list[Complaint]:
    """Everything that a text may not say, in the order of its lines, where these are the names that it may use."""
    if _is_too_deep(tree):
        return [Complaint(1, "tags or conditions are nested too deeply")]
    found = [*_forbidden(tree), *_loops(tree)] or [*names(tree, Scope(known))]
    return sorted(set(found), key=lambda one: (one.line, one.reason))


def _is_too_deep(tree: nodes.Template) -> bool:
    # Without recursion: this is what guards everything after it from recursing too far.
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST_SYNTAX):
        level = [child for one in level for child in one.iter_child_nodes()]
    return bool(level)


def _forbidden(tree: nodes.Template) -> Iterator[Complaint]:
    for one in tree.find_all(nodes.Node):
        if not isinstance(one, _ALLOWED):
            # The parser gives some of what it makes up no line.
            yield Complaint(one.lineno or 1, _WORDS.get(type(one), f"“{type(one).__name__.lower()}” is not allowed"))
        elif isinstance(one, nodes.Filter):
            yield from _wrong_filter(one)
        elif isinstance(one, nodes.Const) and _is_too_large(one.value):
            yield Complaint(
                one.lineno, f"a word in quotes is longer than {LONGEST_WORD} characters, or a number too large"
            )


def _is_too_large(value: object) -> bool:
    if isinstance(value, int | float):
        return not abs(value) <= LARGEST_NUMBER
    return len(str(value)) > LONGEST_WORD


def _wrong_filter(one: nodes.Filter) -> Iterator[Complaint]:
    if one.name not in FILTERS:
        yield Complaint(one.lineno, f"there is no filter “{one.name}”; there are {', '.join(sorted(FILTERS))}")
        return
    values = [arg.value for arg in one.args if isinstance(arg, nodes.Const)]
    is_plain = one.node is not None and not (one.kwargs or one.dyn_args or one.dyn_kwargs)
    wanted = _TAKES.get(one.name, ())
    if not is_plain or len(values) != len(one.args) or tuple(map(type, values)) != wanted:
        yield Complaint(one.lineno, f"“{one.name}” {_ASKED.get(one.name, 'takes nothing in brackets')}")
    elif wanted == (int,) and not 1 <= values[0] <= MOST_TAKEN:
        yield Complaint(one.lineno, f"“{one.name}” takes a number from 1 to {MOST_TAKEN}")


def _loops(tree: nodes.Template) -> Iterator[Complaint]:
    loops = list(tree.find_all(nodes.For))
    if len(loops) > MOST_LOOPS:
        yield Complaint(loops[0].lineno, f"there are more than {MOST_LOOPS} loops")
    for loop in loops:
        if loop.test is not None or loop.recursive or not isinstance(loop.target, nodes.Name):
            yield Complaint(loop.lineno, "write loops as {% for item in order.items %}")
        # No list stands inside another, and fifty times fifty rows would be a flood.
        if loop.find(nodes.For):
            yield Complaint(loop.lineno, "a loop may not stand inside a loop")
