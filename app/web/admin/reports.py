"""The reports: what was sent, what it caused, who comes back; each as a chart, a table and a file, and as of when."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Response, request
from flask.blueprints import Blueprint
from werkzeug.exceptions import NotFound

from app.choices import choices_of
from app.model import Store
from app.reports.figures import BuyersMonth, SentRow, buyers, effects, sent
from app.reports.results import SENTENCES
from app.translations import marked
from app.web import charts
from app.web.admin import Tab
from app.web.admin.customer import titles
from app.web.admin.frame import show
from app.web.admin.sealed import file_path
from app.web.guard import Guard, desk, guarded
from app.web.house import runtime
from app.web.place import say
from app.web.words import day, money, month, percent
from workflows.language import Purpose

ROOT = "/admin/reports"
TAB = Tab(marked("Reports"), "reports", path=ROOT, order=50)
REPORTS = {
    "messages": marked("Messages"),
    "workflows": marked("What workflows caused"),
    "repeat": marked("Repeat purchases"),
    "retention": marked("Period retention"),
    "cohorts": marked("Cohorts"),
    "sales": marked("Sales"),
}
DAYS = (7, 30, 90)
SHOWN_COHORTS = 12

routes = Blueprint("admin_reports", __name__, url_prefix=ROOT)


@routes.get("")
@guarded(Guard.PLATFORM_TOKEN)
def first() -> Response:
    """The first report."""
    return report("messages")


@routes.get("/<name>")
@guarded(Guard.PLATFORM_TOKEN)
def one(name: str) -> Response:
    """One report. Raises NotFound."""
    return report(name)


def report(name: str) -> Response:
    """The page of one report."""
    if name not in REPORTS:
        raise NotFound(marked("There is no such report."))
    house = runtime()
    with house.database.read() as session:
        store = session.get_one(Store, desk().store_id)
        told = WAYS[name](session, store)
    ways = [(say(word), f"{ROOT}/{one}") for one, word in REPORTS.items()]
    file = file_path("figure", report=name)
    return show("reports", name=name, title=say(REPORTS[name]), ways=ways, here=f"{ROOT}/{name}", file=file, **told)


def _messages(session: Any, store: Store) -> dict[str, Any]:
    asked = request.args.get("days", "")
    days = int(asked) if asked in {str(one) for one in DAYS} else 30
    kept = sent(session, store, now=runtime().clock.now(), days=days)
    if kept is None or not kept.figure.rows:
        return {"kept": kept, "chart": None, "days": days, "by_workflow": []}
    names = sorted({row.day for row in kept.figure.rows})
    series = {say("Sent"): "sent", say("Not sent"): "dropped"}
    values = {word: [_sum(kept.figure.rows, name, day=one) for one in names] for word, name in series.items()}
    labels = [_day(one) for one in names]
    return {
        "kept": kept,
        "chart": charts.bars(labels, values),
        "days": days,
        "by_workflow": _by_workflow(kept.figure.rows),
    }


def _sum(rows: Sequence[SentRow], name: str, *, day: str = "", workflow: str = "") -> int:
    return sum(getattr(row, name) for row in rows if day in ("", row.day) and workflow in ("", row.workflow))


COUNTED = ("sent", "delivered", "clicked", "bounced", "complained", "unsubscribed", "dropped", "failed")


def _by_workflow(rows: Sequence[SentRow]) -> list[tuple[str, list[int]]]:
    names = titles()
    found = [
        (names.get(one, one), [_sum(rows, name, workflow=one) for name in COUNTED])
        for one in {row.workflow for row in rows}
    ]
    return sorted(found, key=lambda one: (-one[1][0], one[0]))


def _day(name: str) -> str:
    return day(date.fromisoformat(name))


def _workflows(session: Any, store: Store) -> dict[str, Any]:
    house = runtime()
    kept = effects(session, store, known=house.workflows, now=house.clock.now())
    sentences = {finding.value: say(sentence) for finding, sentence in SENTENCES.items()}
    rows = kept.figure.rows if kept else ()
    known = [row for row in rows if row.caused is not None]
    names = titles()
    chart = None
    if known:
        labels = [names.get(row.workflow, row.workflow) for row in known]
        chart = charts.bars(labels, {say("Caused"): [max(row.caused or 0, 0) for row in known]}, written=money)
    counting = {row.workflow for row in rows if _counts_clicks(row.workflow, store)}
    return {"kept": kept, "chart": chart, "sentences": sentences, "titles": names, "counting": counting}


def _counts_clicks(workflow: str, store: Store) -> bool:
    known = runtime().workflows.get(workflow)
    return known is not None and known.purpose is Purpose.MARKETING and choices_of(store).wraps_links


def _of_buyers(draw: Callable[[Sequence[BuyersMonth]], Any]) -> Callable[[Any, Store], dict[str, Any]]:
    def told(session: Any, store: Store) -> dict[str, Any]:
        kept = buyers(session, store, now=runtime().clock.now())
        months = [one for one in kept.figure.months if one.buyers] if kept else []
        return {"kept": kept, "months": months, "chart": draw(months) if months else None}

    return told


def _repeat(months: Sequence[BuyersMonth]) -> Any:
    values = {say("Repeat purchase rate"): [one.repeat_rate or 0.0 for one in months]}
    return charts.lines([month(one.month) for one in months], values, written=percent)


def _retention(months: Sequence[BuyersMonth]) -> Any:
    known = [one for one in months if one.retention is not None]
    values = {say("Period retention"): [one.retention or 0.0 for one in known]}
    return charts.lines([month(one.month) for one in known], values, written=percent) if known else None


def _cohorts(months: Sequence[BuyersMonth]) -> Any:
    known = [one for one in months[-SHOWN_COHORTS - 1 :] if one.again_rate(1) is not None]
    values = {say("Again in the next month"): [one.again_rate(1) or 0.0 for one in known]}
    return charts.bars([month(one.month) for one in known], values, written=percent) if known else None


def _sales(months: Sequence[BuyersMonth]) -> Any:
    values = {say("New customers"): [one.size for one in months]}
    return charts.bars([month(one.month) for one in months], values)


WAYS: dict[str, Callable[[Any, Store], dict[str, Any]]] = {
    "messages": _messages,
    "workflows": _workflows,
    "repeat": _of_buyers(_repeat),
    "retention": _of_buyers(_retention),
    "cohorts": _of_buyers(_cohorts),
    "sales": _of_buyers(_sales),
}
