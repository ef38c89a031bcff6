"""The battery of a store connector whose platform shows several objects in one call."""

import pytest

from connectors.base import ShowsManyAtOnce
from connectors.errors import Temporary, Unauthorised
from connectors.records import GoneRecord, Kind, Reading, Record
from tests.contracts.hostile import HOSTILE_IDS
from tests.contracts.trial import Trial, Trouble, check

MANY = (Kind.ORDER, Kind.CUSTOMER, Kind.PRODUCT)


def shown(trial: Trial, kind: Kind, *external_ids: str) -> dict[str, Reading]:
    assert isinstance(trial.connector, ShowsManyAtOnce)
    return dict(trial.connector.look_each(trial.access, kind, external_ids=external_ids, profile=trial.profile))


def lasting(records: tuple[Record, ...]) -> list[object]:
    """What is shown, but for the moment at which a thing was found to be gone."""
    return [(one.kind, one.external_id) if isinstance(one, GoneRecord) else one for one in records]


class LooksBattery:
    @pytest.mark.parametrize("kind", MANY)
    def test_several_are_shown_as_each_would_be_alone_and_nothing_else_is(self, trial: Trial, kind: Kind) -> None:
        wanted = (trial.present[kind], trial.missing[kind])
        found = shown(trial, kind, *wanted)
        assert trial.present[kind] in found
        assert found.keys() <= set(wanted)
        for external_id, reading in found.items():
            check(reading)
            alone = trial.connector.look(trial.access, kind, external_id=external_id, profile=trial.profile)
            assert lasting(reading.records) == lasting(alone.records)

    def test_a_hostile_id_among_them_leads_nowhere_and_costs_the_others_nothing(self, trial: Trial) -> None:
        for kind in MANY:
            found = shown(trial, kind, *HOSTILE_IDS, trial.present[kind])
            assert found.pop(trial.present[kind]).records
            assert {type(one) for reading in found.values() for one in reading.records} <= {GoneRecord}

    def test_a_kind_that_is_shown_one_by_one_is_left_out(self, trial: Trial) -> None:
        for kind in set(Kind) - set(MANY):
            named = trial.present.get(kind, "1")
            found = shown(trial, kind, named)
            assert found.keys() <= {named}

    @pytest.mark.parametrize("trouble", list(Trouble))
    def test_of_a_store_in_trouble_nothing_is_said(self, trial: Trial, trouble: Trouble) -> None:
        trial.trouble(trouble)
        with pytest.raises(Temporary):
            shown(trial, Kind.ORDER, trial.present[Kind.ORDER])

    def test_with_revoked_keys_nothing_is_said(self, trial: Trial) -> None:
        trial.revoke()
        with pytest.raises(Unauthorised):
            shown(trial, Kind.CUSTOMER, trial.present[Kind.CUSTOMER])
