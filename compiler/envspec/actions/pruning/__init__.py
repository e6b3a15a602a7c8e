"""`prune`: what of a workspace goes, and how it goes without harm to anybody who works in it.

`remembered` reads the records, `choosing` says which of them go (pure), `built` does the same for images and prefixes, and
`content` for what no record names; `prune` puts the four together.
"""
