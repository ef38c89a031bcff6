"""What a stand-in store sells."""

from dataclasses import dataclass, field
from typing import ClassVar

from connectors.standins.shopify.records.base import Record


@dataclass(slots=True, eq=False, kw_only=True)
class Variant(Record):
    """What is really bought: one size or colour of a product."""

    typename: ClassVar[str] = "ProductVariant"
    product: "Product"
    title: str = "Default Title"
    sku: str | None = None
    price: int = 0
    stock: int = 100
    position: int = 1


@dataclass(slots=True, eq=False, kw_only=True)
class Product(Record):
    """A product with at least one variant."""

    typename: ClassVar[str] = "Product"
    title: str = ""
    handle: str = ""
    description: str = ""
    vendor: str = ""
    product_type: str = ""
    status: str = "ACTIVE"
    variants: list[Variant] = field(default_factory=list)
