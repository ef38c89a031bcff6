"""What comes back by mail: reports of delivery, complaints and absence notes out of one mailbox, into receipts."""

from app.pipeline.bounces.collecting import Collected, collect, work

__all__ = ["Collected", "collect", "work"]
