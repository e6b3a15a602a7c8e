"""What commands that only look do and show, without the command line's own parser.

`commands/NAME_command.py` declares their options; `cli/plain.py` knows which of them need none.
"""
