"""What people of the store do to what the house does by itself: each act checks that the row is as they saw it, is written
down as a deed, and leaves the judgement to the law.
"""

from app.pipeline.by_hand.deeds import Fate, Hand, NotTheirsError
from app.pipeline.by_hand.filters import forget_filter, keep_filter
from app.pipeline.by_hand.joining import join
from app.pipeline.by_hand.notes import put_tag, remove_note, take_tag, write_note
from app.pipeline.by_hand.pausing import PAUSE, pause, unpause
from app.pipeline.by_hand.queue import Seen, What, cancel, retry, run_now
from app.pipeline.by_hand.rights import erase, export
from app.pipeline.by_hand.staff import LastOneError, allows, came, let, right_of, staff

__all__ = [
    "PAUSE",
    "Fate",
    "Hand",
    "LastOneError",
    "NotTheirsError",
    "Seen",
    "What",
    "allows",
    "came",
    "cancel",
    "erase",
    "export",
    "forget_filter",
    "join",
    "keep_filter",
    "let",
    "pause",
    "put_tag",
    "remove_note",
    "retry",
    "right_of",
    "run_now",
    "staff",
    "take_tag",
    "unpause",
    "write_note",
]
