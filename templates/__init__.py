"""The jinja2 templates of everything that is emitted, as package data."""
