"""Environments that are there: of conda, and virtual ones."""
