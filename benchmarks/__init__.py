"""Timings of whole commands, and how they compare; see `README.md`."""
