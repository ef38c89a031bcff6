"""A store's customers: found by the beginning of a name, an address or an order's number; filtered, sorted, page by page."""

from app.reports.customers.choices import Choices, Column, Group, Sort
from app.reports.customers.listing import CustomerRow, Listing, customers
from app.reports.customers.saved import Saved, saved
from app.reports.customers.search import Found, search
from app.reports.customers.sheet import customer_lines

__all__ = [
    "Choices",
    "Column",
    "CustomerRow",
    "Found",
    "Group",
    "Listing",
    "Saved",
    "Sort",
    "customer_lines",
    "customers",
    "saved",
    "search",
]
