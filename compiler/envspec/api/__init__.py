"""envspec for Python programs and notebooks, in the words that users of Azure ML know.

An object is a part of a spec: it prints itself as `.envspec` text, and what is done with it is what the command line does
with that text. `envspec/__init__.py` has the names; nothing of this is imported before one of them is used.
"""
