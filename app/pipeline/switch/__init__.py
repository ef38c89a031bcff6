"""What a merchant sets for a workflow: on or off, and its dials; first counted, then done, by the same code.

Nobody is lost by a switch in silence. While a workflow is off, those on their way are parked: nothing of theirs falls due.
When it is switched on again the merchant chooses: keep their times (what has grown stale is dropped with that reason), shift
them by the pause, or drop them. People finish on the dials with which they came in, unless they are moved.
"""

from app.pipeline.switch.change import Change, ChangeKind
from app.pipeline.switch.counting import Counts, Recent, counts, counts_of_recent
from app.pipeline.switch.dials import dials_of, turn
from app.pipeline.switch.doing import Done, carry_out
from app.pipeline.switch.parking import Choice
from app.pipeline.switch.plan import Option, Plan, plan
from app.pipeline.switch.recent import Span, entering, recent
from app.pipeline.switch.switching import switch, take_in

__all__ = [
    "Change",
    "ChangeKind",
    "Choice",
    "Counts",
    "Done",
    "Option",
    "Plan",
    "Recent",
    "Span",
    "carry_out",
    "counts",
    "counts_of_recent",
    "dials_of",
    "entering",
    "plan",
    "recent",
    "switch",
    "take_in",
    "turn",
]
