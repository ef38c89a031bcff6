"""Perennial: the house between the stores that tell us what happened and the customers we write to."""
