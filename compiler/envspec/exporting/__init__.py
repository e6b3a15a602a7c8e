"""A locked environment in the form of another tool: what `envspec export KIND` writes.

`table.KINDS` has a row for each kind; the file it names has `export`, a pure function from an `ExportRequest` to text
and to what the form has no place for. What a lock does not keep, such as addresses, comes with the request.
"""
