"""What an editor asks about a spec, as plain values: places are spans, never an editor's lines and columns.

In come the texts of open files and an offset; out come findings, names, texts and edits. It knows no protocol:
`language_server` translates. Nothing here executes anything, and nothing raises because a file is broken.
"""
