"""What a text may say in Jinja: an allow-list of syntax, names and filters, judged on the parsed text before anything runs.

A sandbox is not enough: it stops neither "x" * 10**9 nor nested ranges nor a call of a method that deletes. So a text may
name data, compare it, choose by it and walk over lists of it, and nothing else.
"""

from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from app.render.dialect import FILTERS, PLAIN
from app.render.misread import misread, not_allowed
from app.render.names import KNOWN, Kind, Scope, names
from app.render.values import Complaint, in_order
from app.translations import marked
from workflows.language import Phrase, Verbatim
from workflows.language.phrases import Value

LONGEST_SOURCE = 20_000
LONGEST_WORD = 200
MOST_LOOPS = 10
MOST_TAKEN = 50
DEEPEST_SYNTAX = 50
LARGEST_NUMBER = 1_000_000_000
LOOP = Verbatim("{% for item in order.items %}")

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
    nodes.Call: Phrase("nothing can be called in a text"),
    nodes.Getitem: Phrase("square brackets are not allowed; write a dot"),
    nodes.Assign: not_allowed("set"),
    nodes.AssignBlock: not_allowed("set"),
    nodes.FromImport: not_allowed("import"),
    nodes.Test: Phrase(
        "“is” is not allowed; write %(code)s instead", {"code": Verbatim("{% if customer.first_name %}")}
    ),
}
_TAKES: Mapping[str, tuple[type, ...]] = {"default": (str,), "take": (int,)}
_ASKED = {
    "default": (marked("“%(name)s” takes one word in quotes, as in %(code)s"), Verbatim('default("friend")')),
    "take": (marked("“%(name)s” takes one number, as in %(code)s"), Verbatim("take(3)")),
}


def parsed(source: str) -> nodes.Template | Complaint:
    """The syntax tree, or what stops it from being one."""
    if len(source) > LONGEST_SOURCE:
        return Complaint(1, Phrase("the text is longer than %(most)s characters", {"most": LONGEST_SOURCE}))
    try:
        return PLAIN.parse(source)
    except TemplateSyntaxError as error:
        return Complaint(error.lineno, misread(error.message or ""))
    except ValueError:
        return Complaint(1, Phrase("a number is too long"))
    except RecursionError:
        return Complaint(1, Phrase("tags are nested too deeply"))


def complaints(tree: nodes.Template, *, known: Mapping[str, Kind] = KNOWN) -> list[Complaint]:
    """Everything that a text may not say, in the order of its lines, where these are the names that it may use."""
    if _is_too_deep(tree):
        return [Complaint(1, Phrase("tags or conditions are nested too deeply"))]
    found = [*_forbidden(tree), *_loops(tree)] or [*names(tree, Scope(known))]
    return in_order(found)


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
            yield Complaint(one.lineno or 1, _WORDS.get(type(one)) or not_allowed(type(one).__name__.lower()))
        elif isinstance(one, nodes.Filter):
            yield from _wrong_filter(one)
        elif isinstance(one, nodes.Const) and _is_too_large(one.value):
            pattern = marked("a word in quotes is longer than %(most)s characters, or a number too large")
            yield Complaint(one.lineno, Phrase(pattern, {"most": LONGEST_WORD}))


def _is_too_large(value: object) -> bool:
    if isinstance(value, int | float):
        return not abs(value) <= LARGEST_NUMBER
    return len(str(value)) > LONGEST_WORD


def _wrong_filter(one: nodes.Filter) -> Iterator[Complaint]:
    if one.name not in FILTERS:
        words = {"name": Verbatim(one.name), "all": Verbatim(", ".join(sorted(FILTERS)))}
        yield Complaint(one.lineno, Phrase("there is no filter “%(name)s”; there are %(all)s", words))
        return
    values = [arg.value for arg in one.args if isinstance(arg, nodes.Const)]
    is_plain = one.node is not None and not (one.kwargs or one.dyn_args or one.dyn_kwargs)
    wanted = _TAKES.get(one.name, ())
    if not is_plain or len(values) != len(one.args) or tuple(map(type, values)) != wanted:
        yield Complaint(one.lineno, _asked(one.name))
    elif wanted == (int,) and not 1 <= values[0] <= MOST_TAKEN:
        limits: dict[str, Value] = {"name": Verbatim(one.name), "most": MOST_TAKEN}
        yield Complaint(one.lineno, Phrase("“%(name)s” takes a number from 1 to %(most)s", limits))


def _asked(name: str) -> Phrase:
    """What a filter wants in its brackets."""
    if name not in _ASKED:
        return Phrase("“%(name)s” takes nothing in brackets", {"name": Verbatim(name)})
    pattern, code = _ASKED[name]
    return Phrase(pattern, {"name": Verbatim(name), "code": code})


def _loops(tree: nodes.Template) -> Iterator[Complaint]:
    loops = list(tree.find_all(nodes.For))
    if len(loops) > MOST_LOOPS:
        yield Complaint(loops[0].lineno, Phrase("there are more than %(most)s loops", {"most": MOST_LOOPS}))
    for loop in loops:
        if loop.test is not None or loop.recursive or not isinstance(loop.target, nodes.Name):
            yield Complaint(loop.lineno, Phrase("write loops as %(code)s", {"code": LOOP}))
        # No list stands inside another, and fifty times fifty rows would be a flood.
        if loop.find(nodes.For):
            yield Complaint(loop.lineno, Phrase("a loop may not stand inside a loop"))
