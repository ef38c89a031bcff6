"""People's rights: handed over, erased, and not brought back."""
