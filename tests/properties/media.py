"""What a message must not be by its medium: to somebody who did not agree to it there, to another person or browser, at an hour
at which nobody is to be woken."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium
from tests.properties.letters import Letter

if TYPE_CHECKING:
    from tests.properties.oracle import Oracle

# Local hours from and until in which the law of the place lets a text ask anybody to buy.
LAWFUL = {"+33": (8, 22), "+1": (8, 21)}
SUNDAY, CHRISTMAS = 6, (12, 25)


def _without_consent(oracle: "Oracle", letter: Letter) -> bool:
    """Marketing without a yes for this medium; on a phone or a browser anything at all after a no."""
    needs_yes = letter.message.purpose == "marketing"
    if not needs_yes and letter.message.medium == Medium.EMAIL:
        return False
    person, medium = oracle.people[letter.name], letter.message.medium
    known = [one for one in person.told(ConsentRecord, before=letter.at) if one.medium == medium]
    known.sort(key=lambda one: (one.at, one.state != "subscribed"))
    happened = [one for one in person.happened(ConsentRecord, until=letter.at) if one.medium == medium]
    may_hold = known[-1:] + [one for one in happened if not known or one.at >= known[-1].at]
    if needs_yes:
        return all(one.state is not ConsentState.SUBSCRIBED for one in may_hold)
    return bool(known) and all(one.state is ConsentState.UNSUBSCRIBED for one in may_hold)


def _to_somebody_else(oracle: "Oracle", letter: Letter) -> bool:
    return oracle.names[letter.message.customer_id] != letter.name


def _at_night(oracle: "Oracle", letter: Letter) -> bool:
    """A letter box is quiet, but on a phone news of an order would wake its reader as well."""
    wakes = letter.message.purpose == "marketing" or letter.message.medium != Medium.EMAIL
    if not wakes or oracle.lives.store.quiet_from is None:
        return False
    hours = [letter.at.astimezone(zone).hour for zone in oracle.people[letter.name].zones(at=letter.at)]
    return all(hour >= 22 or hour < 7 for hour in hours)


def _at_an_unlawful_hour(oracle: "Oracle", letter: Letter) -> bool:
    if letter.message.medium != Medium.SMS or letter.message.purpose != "marketing":
        return False
    place = next((start for start in LAWFUL if letter.address.startswith(start)), "")
    zones = oracle.people[letter.name].zones(at=letter.at)
    local = [letter.at.astimezone(zone) for zone in zones]
    first, last = LAWFUL.get(place, (0, 24))
    is_rest = place == "+33" and all(at.weekday() == SUNDAY or (at.month, at.day) == CHRISTMAS for at in local)
    return is_rest or not any(first <= at.hour < last for at in local)


def _on_a_number_given_up(oracle: "Oracle", letter: Letter) -> bool:
    """Their account told of another number, and of none but that since."""
    if letter.message.medium != Medium.SMS:
        return False
    person = oracle.people[letter.name]
    known = max(person.told(CustomerRecord, before=letter.at), key=lambda one: one.updated_at, default=None)
    happened = person.happened(CustomerRecord, until=letter.at)
    numbers = {one.phone for one in happened if known is None or one.updated_at >= known.updated_at}
    return letter.address not in numbers


def _on_a_browser_let_go(oracle: "Oracle", letter: Letter) -> bool:
    """On one where they were not seen again since they wanted no notifications."""
    if letter.message.medium != Medium.PUSH:
        return False
    answers = oracle.people[letter.name].told(ConsentRecord, before=letter.at)
    noes = [one.at for one in answers if one.medium is Medium.PUSH and one.state is ConsentState.UNSUBSCRIBED]
    seen = [one for one in oracle.lives.pockets.seen if one.name == letter.name and one.endpoint == letter.address]
    return bool(noes) and all(one.at < max(noes) for one in seen)


OF_MEDIA: "tuple[Callable[[Oracle, Letter], bool], ...]" = (
    _without_consent,
    _to_somebody_else,
    _at_night,
    _at_an_unlawful_hour,
    _on_a_number_given_up,
    _on_a_browser_let_go,
)
