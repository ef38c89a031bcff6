"""History and catch-up: a store is read page by page, and each page is one transaction that also moves the run's cursor.

A run is a row: whoever claims it goes on from its cursor, in whatever process, and a worker that lost its claim moves nothing.
What comes in this way is ingested like everything else: history before the store was live is facts and never news, while a
catch-up may well find news that a webhook lost.
"""

from app.pipeline.sync.nightly import nightly
from app.pipeline.sync.runs import begin
from app.pipeline.sync.working import go_on

__all__ = ["begin", "go_on", "nightly"]
