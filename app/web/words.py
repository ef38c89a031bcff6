"""What templates may say: numbers, money and times as the visitor writes them, messages, addresses of our own files."""

from datetime import date, datetime

from babel import dates, numbers
from flask import Flask, current_app

from app.reports.overview import Count
from app.reports.overview.words import labelled
from app.translations.phrases import phrased
from app.web import headers, static
from app.web.house import runtime
from app.web.place import place, plural, say
from connectors.money import major
from workflows.language import Phrase

PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}
LATELY_SECONDS = 45


def teach(flask_app: Flask) -> None:
    environment = flask_app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(say, plural, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(
        number=number,
        money=money,
        percent=percent,
        day=day,
        birthday=birthday,
        month=month,
        moment=moment,
        ago=ago,
        phrase=phrase,
        step=step,
        whom=whom,
        platform=lambda name: PLATFORMS.get(name, name),
    )
    environment.globals.update(static_url=static.url, nonce=headers.nonce, place=place, leads=leads)
    environment.globals["ui"] = environment.get_template("admin/parts.html").module


def leads(path: str) -> bool:
    """Whether this address is a page of ours: a link that leads nowhere is not shown."""
    adapter = current_app.url_map.bind("")
    return bool(adapter.test(path, method="GET"))


def number(value: Count | float) -> str:
    """1691 -> "1,691"; a count that stopped at its limit -> "10,000+"."""
    if isinstance(value, Count):
        return numbers.format_decimal(value.number, locale=place().locale) + ("+" if value.is_more else "")
    return numbers.format_decimal(value, locale=place().locale)


def money(amount: float, currency: str | None = None) -> str:
    """Minor units of a currency, of the store's own where none is named: 1250 -> "€12.50"."""
    known = currency or place().currency
    return numbers.format_currency(major(round(amount), known), known, locale=place().locale)


def percent(share: float) -> str:
    """A share of one: 0.123 -> "12%"."""
    return numbers.format_percent(share, locale=place().locale)


def day(at: date | datetime) -> str:
    """A day in the store's zone: "20 Nov" this year, "20 Nov 2025" otherwise."""
    local = at.astimezone(place().zone).date() if isinstance(at, datetime) else at
    skeleton = "MMMd" if local.year == _today().year else "yMMMd"
    return dates.format_skeleton(skeleton, local, locale=place().locale)


def written_day(iso: str) -> str:
    """A day that is kept as "2026-11-20"."""
    return day(date.fromisoformat(iso))


def birthday(kept: str) -> str:
    """A birthday that is kept as "1990-11-20", or as "--11-20" where no year is known."""
    if not kept.startswith("--"):
        return dates.format_date(date.fromisoformat(kept), "long", locale=place().locale)
    return dates.format_skeleton("MMMMd", date.fromisoformat(f"2000-{kept[2:]}"), locale=place().locale)


def month(iso: str) -> str:
    """A month that is kept as "2026-11": "Nov 2026"."""
    return dates.format_skeleton("yMMM", date.fromisoformat(f"{iso}-01"), locale=place().locale)


def moment(at: datetime) -> str:
    """A day and a time of day in the store's zone: "today, 14:05", "20 Nov, 14:05"."""
    clock = dates.format_time(at, "short", tzinfo=place().zone, locale=place().locale)
    if at.astimezone(place().zone).date() == _today():
        return say("today, %(clock)s", clock=clock)
    return f"{day(at)}, {clock}"


def ago(at: datetime) -> str:
    """How long ago, or how soon: "2 minutes ago", "in 3 days"."""
    gap = at - runtime().clock.now()
    if abs(gap.total_seconds()) < LATELY_SECONDS:
        return say("just now")
    return dates.format_timedelta(gap, add_direction=True, locale=place().locale)


def step(name: str) -> str:
    """What the step of a workflow is called: "miss_you" -> "Miss you"."""
    return say(labelled(name)) if name else ""


def whom(name: str | None) -> str:
    """How somebody is called whose name may not be known."""
    return name or say("A customer without a name")


def phrase(said: Phrase) -> str:
    """What a workflow says, in the visitor's language."""
    return phrased(place().language, said)


def _today() -> date:
    return runtime().clock.now().astimezone(place().zone).date()
