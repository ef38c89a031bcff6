"""The catalogs kept up to date: what the pages say is read out of them, and merged into what was translated before."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import workflows
from app.connections import CONNECT_AGAIN
from app.model.consent import SuppressionReason
from app.pipeline import approval, heal, inbox, receipts
from app.pipeline.deliver import handing, recover
from app.pipeline.erase import mentions
from app.pipeline.switch import Counts
from app.pipeline.switch.plan import WORDS
from app.pipeline.sync import working
from app.policy import SENTENCES, consent, hours, jurisdictions, topics
from app.reports.overview.words import MEDIA, labelled
from app.reports.why import SEEN
from app.translations import CATALOG, FOLDER, SOURCE, languages
from app.translations.phrases import Message, messages
from connectors.channels.outbox import Outbox
from connectors.receipts import ReceiptKind
from connectors.records import ConsentState, OrderStatus

ROOT = Path(__file__).parents[2]
# Where messages stand. Python files mark theirs with `marked(...)` or say them with `say(...)`.
PAGES = ("*.html", "admin/**.html", "recipient/**.html")
SPEAKING = ("sections", "web", "reports", "render", "pipeline", "policy", "rehearsal")
MODULES = ("domains.py", *(f"{room}/**.py" for room in SPEAKING))
ROOMS = {
    "templates": [(one, "jinja2") for one in PAGES],
    "app": [(one, "python") for one in MODULES],
    "workflows": [("language/grammar.py", "python")],
    "connectors": [("stores/woocommerce/install.py", "python")],
}
# Sentences of ours that rows keep until somebody asks.
KEPT = (
    CONNECT_AGAIN,
    heal.WEBHOOKS,
    *(approval.NOT_ITS_KEYS, approval.NO_ANSWER),
    inbox.TOO_LARGE,
    receipts.STRANGE,
    mentions.GONE,
    handing.NO_DEVICE,
    *(recover.CRASHED, recover.GONE_WORKER),
    *(working.BROKE, working.NO_ANSWER, working.NOT_NOW, working.UNREADABLE, working.REFUSED),
    *(consent.HOUSE_SILENCE, consent.HOUSE_PENDING, consent.HOUSE_INVALID),
    *(jurisdictions.PERMISSION, jurisdictions.ELSEWHERE.express, jurisdictions.ELSEWHERE.texts_stopped),
    *(jurisdictions.TABLE["US"].express, hours.FRANCE.rule, hours.ANY_STATE.rule, hours.ANYWHERE.rule),
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "marked": None,
    "say": None,
    "Phrase": (1,),
    "Permanent": None,
}
OPTIONS = {"jinja2": {"newstyle_gettext": "true", "trimmed": "true"}}


def extracted() -> Catalog:
    """Every message of the pages, with the files that say it."""
    catalog = Catalog(project="Perennial", version="1", charset="utf-8")
    for room, methods in ROOMS.items():
        found = extract_from_dir(
            ROOT / room,
            method_map=methods,
            options_map={pattern: OPTIONS.get(method, {}) for pattern, method in methods},
            keywords=KEYWORDS,
        )
        for filename, _, message, _, context in found:
            catalog.add(message, locations=[(f"{room}/{filename}", 0)], context=context)
    for message, place in _words_of_the_house():
        catalog.add(message, locations=[(place, 0)])
    return catalog


def _words_of_the_house() -> Iterator[tuple[Message, str]]:
    """What the pages say by a name that stands elsewhere: what workflows say, reasons, choices of a switch."""
    for name, workflow in workflows.load().items():
        words = (workflow.title, workflow.note, *messages(workflow))
        yield from ((one, f"workflows/{name}.py") for one in words if one)
    yield from ((sentence, "app/policy/reasons.py") for sentence in SENTENCES.values())
    yield from ((words, "app/pipeline/switch/plan.py") for words in WORDS.values())
    yield from ((labelled(word), "templates/admin/story.html") for word in (*OrderStatus, "error", "failure"))
    yield from ((labelled(word), "app/reports/why.py") for word in SEEN)
    kinds = (*ConsentState, *SuppressionReason, *ReceiptKind, *topics.NAMES, "refund", "parcel")
    yield from ((word, "app/web/seen.py") for word in (*map(labelled, kinds), *MEDIA.values()))
    yield from ((sentence, "app/web/seen.py") for sentence in KEPT)
    yield str(Outbox.notice), "connectors/channels/outbox.py"
    yield from ((part.message, "app/pipeline/switch/counting.py") for part in Counts(1).sentence.parts())


def merged(language: str) -> Catalog:
    """A language's catalog with today's messages; what is said no more is left out."""
    path = FOLDER / language / CATALOG
    with path.open("rb") as written:
        catalog = read_po(written, locale=language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalog as its file holds it: sorted, and without dates, so that it changes with its messages alone."""
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, width=110, omit_header=False, include_lineno=False)
    dates = (b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Last-Translator:', b'"Generated-By:')
    return b"\n".join(line for line in file.getvalue().split(b"\n") if not line.startswith(dates))


def update() -> None:
    """Write every catalog anew."""
    for language in languages():
        if language != SOURCE:
            (FOLDER / language / CATALOG).write_bytes(written(merged(language)))
