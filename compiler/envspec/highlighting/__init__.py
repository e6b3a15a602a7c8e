"""Colours for `.envspec` text in other people's programs. Nothing else of envspec imports this."""
