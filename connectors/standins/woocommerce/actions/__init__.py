"""What can happen in the store, and what the store tells the world about it, in the order in which it does."""
