"""One file for each group of codes."""
