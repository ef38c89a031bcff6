"""What more than one page shows, one question to the model each: connection and import, last messages."""

from app.reports.overview.connection import ConnectionView, ImportView, connection
from app.reports.overview.counts import Count
from app.reports.overview.messages import MessageView, messages

__all__ = [
    "ConnectionView",
    "Count",
    "ImportView",
    "MessageView",
    "connection",
    "messages",
]
