"""A store's history, its catch-ups and its looks, over a platform that lives in lists."""
