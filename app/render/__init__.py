"""A message's text and a person's facts become a subject, plain text and HTML; the only place that escapes.

Texts are written by merchants and filled with what strangers typed into a store: both are hostile until checked. A text is
Markdown with variables, judged by an allow-list of syntax and names and compiled once; what is put in is plain data.
"""

from datetime import datetime
from functools import lru_cache

from jinja2 import TemplateError, UndefinedError

from app.render import clean, forms, phone, sample
from app.render.context import context
from app.render.links import led
from app.render.sources import FOLDER, SOURCE, language_of, languages, source_of, tongue
from app.render.text import Text, compiled, complaints
from app.render.values import BadTextError, Complaint, Rendered, Voice
from connectors.errors import Malformed
from workflows.language import Facts, Phrase, Purpose, Workflow

__all__ = [
    "FOLDER",
    "BadTextError",
    "Complaint",
    "Rendered",
    "Text",
    "Voice",
    "compiled_own",
    "complaints",
    "language_of",
    "languages",
    "load",
    "preview",
    "render",
    "source_of",
    "tongue",
]

LONGEST_SUBJECT = 200
LONGEST_PAGE = 200_000


@lru_cache(maxsize=256)
def load(name: str, language: str = SOURCE, *, medium: str = "email") -> Text:
    """The text of this name, compiled once a process; English where there is none in this language. Raises BadTextError where
    there is none at all, or something is wrong in it."""
    return compiled(name, source_of(name, language), medium=medium)


@lru_cache(maxsize=1024)
def compiled_own(name: str, source: str, *, medium: str = "email") -> Text:
    """A merchant's own text in the place of the one of this name. Raises BadTextError where something is wrong in it."""
    return compiled(name, source, medium=medium)


def render(text: Text, facts: Facts, *, voice: Voice) -> Rendered:
    """The words of one message. Raises BadTextError where they cannot be filled in for these facts, or grow too long."""
    try:
        subject, plain, page = forms.filled(text, facts, voice=voice) or whole(text, facts, voice=voice)
        rendered = _finished(text.medium, clean.subject(subject, LONGEST_SUBJECT), plain=plain, page=page)
    except (TemplateError, Malformed, TypeError, ValueError) as error:
        raise BadTextError(text.name, 1, reason=_why(error)) from None
    if not rendered.subject:
        raise BadTextError(text.name, 1, reason=Phrase("its subject came out empty"))
    if max(len(rendered.html), len(rendered.text)) > LONGEST_PAGE:
        grown = Phrase("it grew longer than %(most)s characters", {"most": LONGEST_PAGE})
        raise BadTextError(text.name, 1, reason=grown)
    return rendered


def _finished(medium: str, subject: str, *, plain: str, page: str) -> Rendered:
    if medium == "sms":
        return Rendered(subject, phone.thrifty(plain), page)
    if medium == "push":
        return Rendered(subject, plain.strip(), page, phone.first_link(page))
    return Rendered(subject, plain, page)


def whole(text: Text, facts: Facts, *, voice: Voice) -> tuple[str, str, str]:
    """Subject, plain words and page with every word put in anew: the way of texts that no form can be made of."""
    values = context(facts, voice, direction=text.direction)
    page = led(text.page.render(values), voice.way)
    return text.subject.render(values), text.plain.render(values), page


def _why(error: Exception) -> Phrase:
    # The engine's own words may quote what stood in the data, so none of them is told.
    if isinstance(error, UndefinedError):
        return Phrase("it names something that this message does not have")
    return Phrase("it cannot be filled in")


def preview(workflow: Workflow, step: str, *, now: datetime, language: str = SOURCE) -> Rendered:
    """The message of a step, filled in for an invented customer. Raises BadTextError as `load` and `render`."""
    one = workflow.step(step)
    dials = workflow.turned({})
    facts = sample.facts(now, dials=dials, code="ANNA-7K2P" if one.send.code else None)
    medium = one.send.medium
    voice = sample.voice(is_marketing=workflow.purpose is Purpose.MARKETING, locale=language, medium=medium)
    return render(load(one.send.text, language, medium=medium), facts, voice=voice)
