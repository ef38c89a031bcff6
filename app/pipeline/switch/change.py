"""What a merchant is about to do with one workflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ChangeKind(StrEnum):
    ON = "on"
    OFF = "off"
    DIALS = "dials"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Change:
    """On, with so many `recent_days` of history; off; `dials` turned, in whole units of each; or the `source` of one `step`'s
    text."""

    kind: ChangeKind
    recent_days: int = 0
    dials: Mapping[str, int] = field(default_factory=dict)
    step: str = ""
    source: str = ""
