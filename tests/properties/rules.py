"""What a message must not be: each rule in plain words, asked of one of them and what was known of its person."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.records import FulfillmentRecord, OrderRecord, RefundRecord
from tests.properties.letters import Letter
from tests.properties.media import OF_MEDIA
from tests.properties.pointless import POINTLESS, order_of, refunds_of

if TYPE_CHECKING:
    from tests.properties.oracle import Oracle


def _after_it_was_pointless(oracle: "Oracle", letter: Letter) -> bool:
    rule = POINTLESS.get(letter.message.workflow)
    return rule is not None and rule(oracle, letter)


def _about_an_order_that_does_not_stand(oracle: "Oracle", letter: Letter) -> bool:
    if not letter.way.subject.startswith(("order:", "parcel:")):
        return False
    person, number = oracle.people[letter.name], order_of(letter)
    cancelled = any(one.cancelled_at for one in person.told(OrderRecord, before=letter.at) if one.external_id == number)
    return cancelled or sum(refunds_of(oracle, letter)) >= 4900


def _while_money_goes_back(oracle: "Oracle", letter: Letter) -> bool:
    if letter.message.purpose != "marketing" or letter.message.workflow == "service_recovery":
        return False
    person, week = oracle.people[letter.name], letter.at - timedelta(days=7)
    # Whose money it is only the order tells.
    theirs = {one.external_id for one in person.told(OrderRecord, before=letter.at)}
    # What is told of one refund with two times is one refund, of the earlier time.
    refunds: dict[str, RefundRecord] = {}
    for one in sorted(person.told(RefundRecord, before=letter.at), key=lambda told: told.at):
        refunds.setdefault(one.external_id, one)
    return any(one.at > week and one.order_external_id in theirs for one in refunds.values())


def _while_a_parcel_is_late(oracle: "Oracle", letter: Letter) -> bool:
    """Nobody is asked to buy who waits for something that was promised to be there the day before yesterday, until a month
    after it left: then it is lost."""
    if letter.message.purpose != "marketing" or letter.message.workflow == "service_recovery":
        return False
    person = oracle.people[letter.name]
    theirs = {one.external_id for one in person.told(OrderRecord, before=letter.at)}
    parcels = {one.external_id for one in person.told(FulfillmentRecord, before=letter.at)}
    happened = person.happened(FulfillmentRecord, until=letter.at)
    for parcel in parcels:
        told = [one for one in happened if one.external_id == parcel and one.order_external_id in theirs]
        late = [one.promised_at and one.promised_at + timedelta(days=1) < letter.at for one in told]
        is_lost = any(one.shipped_at <= letter.at - timedelta(days=30) for one in told)
        if late and all(late) and not is_lost and not any(one.delivered_at for one in told):
            return True
    return False


def _past_its_time(oracle: "Oracle", letter: Letter) -> bool:
    workflow = oracle.lives.runtime.workflows[letter.message.workflow]
    step = workflow.step(letter.message.step)
    due = step.due(letter.since, {})
    return not due <= letter.at <= due + step.stale


def _held_out(oracle: "Oracle", letter: Letter) -> bool:
    """Whoever was once held out of a workflow stays so."""
    who = (letter.message.customer_id, letter.message.workflow)
    return letter.message.purpose == "marketing" and who in oracle.held_out


def _switched_off(oracle: "Oracle", letter: Letter) -> bool:
    """What waited may leave in the very moment of the switch that lets it go."""
    told = [(at, on) for at, name, on in oracle.lives.switched if name == letter.message.workflow]
    known = [on for at, on in told if at < letter.at or (on and at == letter.at)]
    return bool(known) and not known[-1]


EACH: "tuple[Callable[[Oracle, Letter], bool], ...]" = (
    *OF_MEDIA,
    _after_it_was_pointless,
    _about_an_order_that_does_not_stand,
    _while_money_goes_back,
    _while_a_parcel_is_late,
    _past_its_time,
    _held_out,
    _switched_off,
)
