"""Package strings, values and files."""
