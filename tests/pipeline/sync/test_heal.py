"""What is said of a connection stays until it is true no more: webhooks made right take away only their own trouble."""

from contextlib import nullcontext

import pytest

from app.model import Connection, ConnectionState
from app.pipeline.heal import WEBHOOKS, heal
from connectors.errors import Malformed, Permanent, Temporary
from tests.pipeline.sync.town import Town


def test_what_will_never_work_is_noted_until_it_works(town: Town) -> None:
    town.shop.troubles = [Permanent("no rights to make webhooks")]
    with pytest.raises(Permanent):
        heal(town.runtime, town.store_id)
    assert town.connection.trouble == f"{WEBHOOKS}no rights to make webhooks"
    assert town.connection.webhooks_checked_at is None
    heal(town.runtime, town.store_id)
    healed = town.connection
    assert (healed.trouble, healed.webhooks_checked_at) == (None, town.clock.now())


def test_what_passes_is_no_trouble(town: Town) -> None:
    town.shop.troubles = [Temporary("away")]
    with pytest.raises(Temporary):
        heal(town.runtime, town.store_id)
    assert not town.connection.trouble


@pytest.mark.parametrize("error", [None, Malformed("odd")])
def test_whether_they_can_be_made_right_or_not_no_other_trouble_is_taken_away(
    town: Town, error: Exception | None
) -> None:
    """A refusal that another worker noted while the store was being asked."""
    said = {"state": ConnectionState.NEEDS_REAUTH, "trouble": "The store has to be connected again."}
    town.shop.meanwhile = lambda: town.change(Connection, **said)
    town.shop.troubles = [error]
    with nullcontext() if error is None else pytest.raises(Malformed):
        heal(town.runtime, town.store_id)
    assert (town.connection.state, town.connection.trouble) == (said["state"], said["trouble"])
