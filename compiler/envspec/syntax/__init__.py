"""Text to nodes. In come the bytes of a file, out come its `Module` and every mistake in it.

    decode(file, bytes) -> Source    text.py
    scan                         lexer.py: tokens and comments
    balance                      brackets.py: every bracket has its partner
    run                          recovery.py drives automaton.py with the tables (tables.py) of the grammar;
                                 builder.py, strings.py and numbers.py make the nodes (nodes.py),
                                 unexpected.py words what is wrong

No text makes it raise; time is linear in the size of the file. One mistake gives one diagnostic, and all that
is healthy around it is in the module.
"""
