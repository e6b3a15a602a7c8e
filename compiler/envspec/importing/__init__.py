"""Specs from what other tools wrote: `envspec import`.

    table.py      the kinds, a row each; finding out the kind of a file or folder
    asked.py      what an importer gets: the file, where the spec will be, the files around it
    spec.py       what an importer gives: blocks with values and comments, and their text
    report.py     what became of each thing that was read: carried, changed or dropped, where and why
    fields/      for each kind a table of its fields: carried, changed or dropped, and why
    reference.py the page of these tables
    fields/       for each kind a table of its fields: carried, changed or dropped, and why
    entries.py    packages of any list, as the language has them
    conda.py, pip.py, and in the folders azureml, azureml_v1, containers, installed, projects, tools
                  one file for each kind, with `read`

What always holds: nothing is executed, fetched or resolved; what is read and does not come out unchanged is a line of
the report; the text is formatted.
"""
