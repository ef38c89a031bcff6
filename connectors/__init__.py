"""The doors in the outer wall: stores that tell us what happened, channels that carry what we say."""
