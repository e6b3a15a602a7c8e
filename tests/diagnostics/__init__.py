"""Diagnostics as values and as text."""
