"""A spec in the form of another tool: what `envspec export KIND` writes.

    table.py      the kinds, a row each: what they take, whether they are of the lock, whether they fill a folder
    interface.py  what a kind gets and gives
    losses.py     sentences about what a form has no place for, attribute by attribute
    words.py      command lines with holes, and cells of a matrix as one command line
    KIND.py       one file for each kind, with `export`; a folder where it takes several

Two sorts: kinds of the lock say what is installed (`ExportRequest`), all others what the spec says (`SpecRequest`); these
solve and fetch nothing. What always holds: `export` is a pure function; a secret is there by its name only; no string
of a spec becomes a word of a shell, a tag or an expression of the form that it is written into; what has no place is
told.
"""
