"""From what an installer printed when it failed to a finding at the package's own line.

`table` has a row for each cause: its sentence, and its code and advice for each engine, so that the same cause reads
the same wherever it happens. A file for each installer (`uv`, `pip`, `rattler`, `apt`, `script`) says by which words
that installer tells a cause; `blame` finds the entry that a package comes from, `nearest` what exists instead, and
`explain` puts them together. A new cause is a row in `table` and a row for each installer that can tell it.
"""
