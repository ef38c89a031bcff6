"""People's rights, claimed through the platform: a person's data is handed over or erased, or a whole store's is.

What is erased leaves keyed hashes behind, so that no later import or webhook brings the person back, and an audit row that
holds counts and no personal data. Every step may be repeated: a crash in the middle begins it again.
"""

from app.pipeline.erase.demands import export_of, work_off

__all__ = ["export_of", "work_off"]
