"""Queue and ledger: what waits and until when, what was decided and why; each page bounded, however long the story is."""

from app.reports.queue.ledger import ledger
from app.reports.queue.waiting import waiting
from app.reports.queue.words import Act, Line, Page, Tab, Wanted

__all__ = ["Act", "Line", "Page", "Tab", "Wanted", "ledger", "waiting"]
