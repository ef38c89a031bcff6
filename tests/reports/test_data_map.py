"""Every column that can hold text says what of a person it holds, and the map keeps to what erasing really does."""

import sqlalchemy as sa

from app.model.personal import Personal
from app.pipeline.erase import work_off
from app.reports.data_map import FATES, GOES, HOLDS, STAYS_BARE, columns, data_map
from app.runtime import Runtime
from connectors.records import PrivacyDemand
from tests.pipeline.erase.town import demand, settle_anna


def test_every_column_of_text_is_marked() -> None:
    unmarked = [f"{column.table.name}.{column.name}" for column, what in columns() if what is None]
    assert unmarked == [], (
        "say in the model file what of a person it holds: info=personal.NO, .ADDRESS, .NAME, .ABOUT, ..."
    )


def test_every_mark_has_words_and_every_table_a_fate() -> None:
    assert set(HOLDS) == set(Personal)
    assert {line.table for line in data_map()} == set(FATES)


def test_the_map_lists_the_plain_ones_and_leaves_out_what_tells_of_nobody() -> None:
    told = {(line.table, line.column): line.what for line in data_map()}
    assert told["customer", "email"] == Personal.ADDRESS
    assert told["customer", "last_name"] == Personal.NAME
    assert told["delivery", "body"] == Personal.WORDS
    assert ("product", "title") not in told


def _counts(runtime: Runtime) -> dict[str, int]:
    tables = {column.table for column, _ in columns() if column.table.name != "delivery"}
    with runtime.database.read() as session:
        return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


def test_what_the_map_says_is_what_erasing_does(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    before = _counts(runtime)
    demand(runtime, store, PrivacyDemand.ERASE_CUSTOMER)
    work_off(runtime)
    after = _counts(runtime)
    for table, fate in FATES.items():
        if fate == GOES:
            assert after[table] == 0, table
        if fate == STAYS_BARE:
            assert after[table] >= before[table], table
