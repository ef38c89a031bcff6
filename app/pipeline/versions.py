"""The dials with which people came into a workflow, and on which they finish, whatever a merchant turned since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import WorkflowSetting, WorkflowVersion
from app.questions import STORE_ID
from app.rows import named, table_of

SETTING = table_of(WorkflowSetting)
VERSION = table_of(WorkflowVersion)
TODAY = sa.select(SETTING).where(SETTING.c.store_id == STORE_ID)


@dataclass(frozen=True, slots=True)
class Settings:
    """One store's settings by workflow, and the dials of those older versions that some people are still on."""

    today: Mapping[str, Any]
    older: Mapping[tuple[str, int], Mapping[str, int]]

    def is_on(self, workflow: str) -> bool:
        setting = self.today.get(workflow)
        return setting is not None and bool(setting.is_on)

    def dials(self, workflow: str, *, version: int) -> Mapping[str, int]:
        """The dials as they were in this version; today's where it is today's, or is not known."""
        older = self.older.get((workflow, version))
        if older is not None:
            return older
        setting = self.today.get(workflow)
        return setting.dials if setting is not None else {}

    def older_of(self, workflow: str) -> Iterator[tuple[int, Mapping[str, int]]]:
        """Those older versions that are held here, with their dials."""
        yield from ((version, dials) for (name, version), dials in self.older.items() if name == workflow)


def every_setting(session: Session, store_id: int, *, workflow: str) -> Settings:
    """The settings of a store, with every older version of one workflow."""
    today = _today(session, store_id)
    kept = sa.select(VERSION.c.version, VERSION.c.dials).where(
        VERSION.c.store_id == store_id, VERSION.c.workflow == workflow
    )
    return Settings(today, {(workflow, version): dials for version, dials in session.execute(kept)})


def settings_of(session: Session, store_id: int, *, wanted: set[tuple[str, int]]) -> Settings:
    """The settings of a store, with every older version among those `wanted` (workflow and version)."""
    today = _today(session, store_id)
    older = wanted - {(one.workflow, one.version) for one in today.values()}
    if not older:
        return Settings(today, {})
    columns = (VERSION.c.workflow, VERSION.c.version, VERSION.c.dials)
    kept = sa.select(*columns).where(
        VERSION.c.store_id == store_id, VERSION.c.workflow.in_({name for name, _ in older})
    )
    return Settings(today, {(name, version): dials for name, version, dials in session.execute(kept)})


def _today(session: Session, store_id: int) -> dict[str, Any]:
    return {row.workflow: row for row in named(session.execute(TODAY, {"store_id": store_id}))}
