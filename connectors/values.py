"""Values that are made by the thousand: frozen for whoever writes and checks the code, made as fast as others at run time.

The workflows have the same for theirs, and neither room imports the other.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(made: type[T]) -> type[T]:
    """A frozen dataclass, of which mypy keeps that nobody changes it.

    A frozen one sets each of its fields by a call of its own, which took an eighth of an order's whole way.
    """
    return dataclass(slots=True, unsafe_hash=True)(made)
