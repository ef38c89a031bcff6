"""The arrays that this room works on, under short names."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Numbers = Sequence[float] | Floats | Ints


def floats(values: Numbers) -> Floats:
    """As an array of floats, whatever was handed in."""
    return np.asarray(values, dtype=np.float64)


def sums(values: Floats, at: Ints, *, size: int) -> Floats:
    """The sum of `values` per place in `at`."""
    total: Floats = np.bincount(at, weights=values, minlength=size).astype(np.float64)
    return total


def counts(at: Ints, *, size: int) -> Floats:
    number: Floats = np.bincount(at, minlength=size).astype(np.float64)
    return number
