"""Who gets no message, so that what a workflow causes can be measured: sticky by customer and workflow."""

import hashlib
from functools import lru_cache


# The same person is asked about at every step of a workflow.
@lru_cache(maxsize=4096)
def is_held_out(*, store_key: str, customer_id: int, workflow: str, percent: int) -> bool:
    """Whether this customer is held out of this workflow: the same answer for ever, and raising `percent` only adds people."""
    digest = hashlib.sha256(f"{store_key}:{workflow}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < percent * 2**64 // 100
