"""The page where somebody chooses what they get, behind the link that also unsubscribes: no login, and nothing of who it is."""

from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date, get_month_names
from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from app import log
from app.model import Customer, Store
from app.pipeline.preferences import Chosen, Preferences, preferences_of, save
from app.pipeline.unsubscribe import owner_of
from app.policy.topics import NAMES
from app.translations import languages, marked
from app.web.guard import Guard, guarded
from app.web.house import runtime
from app.web.place import place, say
from app.web.recipients import asked_from, speak, store_name, store_of
from app.web.unsubscribe import NOT_WHOLE, wish_of

MEDIA = {"email": marked("E-mail"), "sms": marked("Text messages"), "push": marked("Notifications on my devices")}
TOPICS = {
    "reminders": marked("Reminders of what I left or asked for"),
    "refills": marked("When something I use is due again"),
    "birthday": marked("My birthday"),
    "reviews": marked("Requests for a review"),
    "news": marked("News and what may please me"),
}
EVERY = {0: marked("As it comes"), 7: marked("Once a week"), 30: marked("Once a month")}
RESTS = {0: marked("No rest"), 30: marked("One month"), 90: marked("Three months"), 365: marked("One year")}
AGREED = marked("Choose what you get: e-mail")
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

routes = Blueprint("preferences", __name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """That it was kept, and whether the mailbox was asked for its yes."""

    asks: bool


@routes.get("/u/<token>/preferences")
@guarded(Guard.SIGNED_LINK)
def show(token: str) -> str:
    """How it stands. Looking at it changes nothing."""
    wish = wish_of(token)
    with runtime().database.read() as session:
        customer = _known(owner_of(session, wish))
    store = store_of(wish.store_id)
    speak(store, customer)
    return _page(preferences_of(customer), store, token=token)


@routes.post("/u/<token>/preferences")
@guarded(Guard.SIGNED_LINK)
def keep(token: str) -> str:
    """What was chosen holds at once."""
    wish, store = wish_of(token), store_of(wish_of(token).store_id)
    with runtime().database.write() as session:
        customer = _known(owner_of(session, wish))
        speak(store, customer, chosen=request.form.get("language"))
        saved = Saved(save(session, customer, chosen=chosen_of(request.form), now=runtime().clock.now()))
        session.refresh(customer)
    log.done("preferences_saved", store_id=wish.store_id, customer_id=customer.id, asks=saved.asks)
    return _page(preferences_of(customer), store, token=token, saved=saved)


def _known(customer: Customer | None) -> Customer:
    if customer is None:
        raise NotFound(NOT_WHOLE)
    return customer


def chosen_of(form: MultiDict[str, str]) -> Chosen:
    """The form as the pipeline reads it; what makes no sense is left as it is."""
    language = form.get("language", "")
    return Chosen(
        media=frozenset(form.getlist("medium")) & frozenset(MEDIA),
        topics=frozenset(form.getlist("topic")) & frozenset(NAMES),
        every_days=_number(form.get("every_days"), EVERY) or 0,
        rest_days=_number(form.get("rest_days"), RESTS),
        birthday=_birthday(form.get("birth_day", ""), form.get("birth_month", "")),
        locale=language if language in languages() else None,
        wording=say(AGREED),
        asked_from=asked_from(),
    )


def _number(text: str | None, known: dict[int, str]) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 5 and int(text) in known else None


def _birthday(day: str, month: str) -> tuple[int, int] | None:
    """(month, day), for a day that some year has."""
    if not (day.isdecimal() and month.isdecimal() and len(day) < 3 and len(month) < 3):
        return None
    return (int(month), int(day)) if 1 <= int(month) <= 12 and 1 <= int(day) <= LONGEST_MONTHS[int(month) - 1] else None


def _page(known: Preferences, store: Store | None, *, token: str, saved: Saved | None = None) -> str:
    until, now = known.wishes.rests_until, runtime().clock.now()
    labels = {
        "media": {name: say(words) for name, words in MEDIA.items()},
        "topics": {name: say(words) for name, words in TOPICS.items()},
        "every": {days: say(words) for days, words in EVERY.items()},
        "rests": {days: say(words) for days, words in RESTS.items()},
        "months": dict(get_month_names("wide", locale=place().locale)),
        "languages": {code: _own_name(code) for code in languages()},
    }
    return render_template(
        "recipient/preferences.html",
        store=store_name(store),
        known=known,
        labels=labels,
        rests_until=format_date(until, "long", locale=place().locale) if until and until > now else None,
        saved=saved,
        leave=f"/u/{token}",
    )


def _own_name(code: str) -> str:
    """A language by its own name: "Deutsch"."""
    return str(Locale(code).get_display_name(code)).capitalize()
