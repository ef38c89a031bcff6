"""Numbers about customers and products as pure functions over arrays: values in, numbers out, finite always."""
