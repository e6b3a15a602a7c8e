"""Text to nodes. In come the bytes of a file, out come its `Module` and every mistake in it.

    text.py       decode: bytes to a `Source`
    lexer.py      scan: tokens, and comments aside
    brackets.py   balance: every bracket has its partner
    recovery.py   run: drives automaton.py with the tables (tables.py) of `grammar/envspec.lark`; builder.py,
                  strings.py and numbers.py make the nodes (nodes.py); slips.py cures what it knows, and
                  unexpected.py words what is wrong

No text makes it raise; time is linear in the size of the file. One mistake gives one diagnostic, and all that
is healthy around it is in the module.
"""
