"""The reports, a file each: one question to the model, one answer in plain values."""
