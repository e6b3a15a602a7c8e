"""Editors: real ones, with the set-ups of `editors/`, and what those say about the language."""
