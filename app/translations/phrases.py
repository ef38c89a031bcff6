"""What the workflows say, in a language of the pages: pattern by pattern, with texts and dials called as people call them."""

from collections.abc import Iterator

from app.reports.overview.words import called, labelled
from app.reports.workflow.dials import beside
from app.translations import translations
from workflows.language import Phrase, Verbatim, Workflow, spoken
from workflows.language.phrases import Value

Message = str | tuple[str, str]


def phrased(language: str, phrase: Phrase) -> str:
    """A phrase in a language."""
    catalog = translations(language)
    values = {name: _value(language, value) for name, value in phrase.values.items()}
    if phrase.many is None:
        return str(catalog.ugettext(phrase.pattern) % values)
    return str(catalog.ungettext(phrase.pattern, phrase.many, phrase.num) % values)


def _value(language: str, value: Value) -> int | str:
    if isinstance(value, Phrase):
        return phrased(language, value)
    if isinstance(value, Verbatim):
        return value.words
    return value if isinstance(value, int) else str(translations(language).ugettext(labelled(value)))


def messages(workflow: Workflow) -> Iterator[Message]:
    """Every message that a workflow's phrases are made of, wherever its dials stand."""
    for phrase in _phrases(workflow):
        yield from (part.message for part in phrase.parts())
        yield from map(labelled, phrase.names())
    for step in workflow.steps:
        yield from (labelled(step.name), called(step.send.medium))
    yield from (labelled(one.name) for one in workflow.dials)


def _phrases(workflow: Workflow) -> Iterator[Phrase]:
    """Its lines with all dials at their low, usual and high stops, what else its page says of it, and each dial's own words."""
    yield workflow.starts.said
    yield from (spoken(one.stale) for one in workflow.steps)
    for place in range(3):
        stops = {one.name: one.stops[place] for one in workflow.dials}
        yield from workflow.phrases(stops)
        for one in workflow.dials:
            yield beside(workflow, one, count=stops[one.name])
            yield one.said(stops[one.name])
