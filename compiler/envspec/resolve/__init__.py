"""From parsed files to one project document: imports, references, `extends`, params, matrix.

In: the path of a root file and the params given. Out: a `Resolution` with the JSON document of
`grammar/ir.schema.json`, the places where everything in it was written, and the findings. The document is not
checked yet; see `check`.

How it works, once: `modules` loads the file and all it imports. `names` gathers what each file declares.
`blocks` takes a block of the root file (or one that it refers to), lines up its chain of `extends` from the
base down, expands its `matrix`, and for every cell merges the attributes of the chain (`merge`), each
evaluated by its type (`values`) in the scope of the file that wrote it. Nothing raises on bad input: a value
that cannot be had is left out and has left a finding behind, so that one mistake gives one finding.
"""
