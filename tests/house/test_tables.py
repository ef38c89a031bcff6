"""Every row of a store is bound to it; every state has its table of allowed moves."""

import importlib
import pkgutil
from enum import StrEnum
from itertools import product

import pytest
import sqlalchemy as sa

import app.model
from app.db import Base, InboxBase, UTCDateTime

# An installation begins before its store is known; the house's own jobs have theirs under store 0.
BEFORE_THE_STORE = {"installation"}
TABLES = [*Base.metadata.sorted_tables, *InboxBase.metadata.sorted_tables]
MODULES = [importlib.import_module(f"app.model.{found.name}") for found in pkgutil.iter_modules(app.model.__path__)]
MOVES = {module.__name__: module.MOVES for module in MODULES if hasattr(module, "MOVES")}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_is_bound_to_its_store(table: sa.Table) -> None:
    if table.name == "store":
        assert table.c.id.primary_key
    else:
        assert "store_id" in table.c
        assert not table.c.store_id.nullable or table.name in BEFORE_THE_STORE


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_keeps_no_naive_time_and_no_float(table: sa.Table) -> None:
    for column in table.c:
        assert isinstance(column.type, UTCDateTime) or not isinstance(column.type, sa.DateTime | sa.Numeric), column


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_parent_of_a_row_is_found_by_an_index(table: sa.Table) -> None:
    """PostgreSQL makes no index for a foreign key; without one, erasing a customer reads whole tables."""
    leading = [
        next(iter(index.columns)).name for index in table.indexes if index.dialect_options["sqlite"]["where"] is None
    ]
    leading += [next(iter(one.columns)).name for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    leading += [next(iter(table.primary_key.columns)).name]
    pointing = [key.parent.name for key in table.foreign_keys if key.column.table.name == "customer"]
    assert [name for name in pointing if name not in leading] == []


def test_there_are_state_machines() -> None:
    assert MOVES


@pytest.mark.parametrize("machine", MOVES.values(), ids=MOVES)
def test_every_pair_of_states_is_decided(machine: dict[StrEnum, frozenset[StrEnum]]) -> None:
    states = list(type(next(iter(machine))))
    assert set(machine) == set(states)
    decided = {(before, after): after in machine[before] for before, after in product(states, states)}
    assert not any(decided[one, one] for one in states), "a state does not move to itself"
    assert {after for (_, after), allowed in decided.items() if allowed} | {states[0]} == set(states), (
        "one is out of reach"
    )
