"""What a decision looks like: what to do, by which reason, until when, and with which values seen."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from app.policy.reasons import Reason
from workflows.language.values import value


class Decision(StrEnum):
    """`skip` passes one step, `stop` ends the enrollment, `drop` loses this message only, `defer` asks again later."""

    SEND = "send"
    DEFER = "defer"
    SKIP = "skip"
    DROP = "drop"
    STOP = "stop"
    HOLD_OUT = "hold_out"


@value
class Verdict:
    decision: Decision
    reason: Reason
    seen: Mapping[str, str | int | None] = field(default_factory=dict)
    until: datetime | None = None
