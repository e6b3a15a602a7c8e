"""One layout for every file, without options. In comes a `Source`, out comes its text as everyone writes it.

    layout.py     nodes to lines: what goes on one line, what is indented, what is aligned
    remarks.py    which comment belongs to which line
    lines.py      lines to text: alignment of `=` and of comments at line ends
    format.py     the whole file or a range of it, and the proof that nothing changed its meaning

What always holds: comments stay, formatting twice is formatting once, and the parser makes the same nodes of the
result. A file with a syntax error is left alone.
"""
