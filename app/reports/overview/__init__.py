"""What the settings page shows, one question to the model each: connection and import, workflows, last messages."""

from app.reports.overview.connection import ConnectionView, ImportView, connection
from app.reports.overview.counts import Count
from app.reports.overview.messages import MessageView, messages
from app.reports.overview.workflows import DialView, Refused, WorkflowView, workflow, workflows

__all__ = [
    "ConnectionView",
    "Count",
    "DialView",
    "ImportView",
    "MessageView",
    "Refused",
    "WorkflowView",
    "connection",
    "messages",
    "workflow",
    "workflows",
]
