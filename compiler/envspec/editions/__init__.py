"""Moving files from one edition of the language to the next.

A step knows one edition and the one after it, and gives edits of a file's text; everything that no edit touches
stays as it is written, comments too. `docs/editions.md` says what an edition may change.
"""
