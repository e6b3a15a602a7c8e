"""From what a folder holds to a first spec of it.

```
 folder ─ looks, one file a kind of thing ─► Found ─ questions, where nothing could be seen ─► plan ─► Draft ─► text
```

Nothing is executed, and nothing read but text files of the folder. A `Draft` is a spec before it is text; what
imports another tool's file makes one too and has `writing.text_of` write it.
"""
