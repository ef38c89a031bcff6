"""One customer's whole story: who they are and how they stand, and everything that happened, newest first."""

from app.reports.customer.because import because
from app.reports.customer.header import Coming, Consented, Expected, Header, NoSuchCustomerError, header
from app.reports.customer.sources import Kind
from app.reports.customer.timeline import Moment, Timeline, timeline

__all__ = [
    "Coming",
    "Consented",
    "Expected",
    "Header",
    "Kind",
    "Moment",
    "NoSuchCustomerError",
    "Timeline",
    "because",
    "header",
    "timeline",
]
