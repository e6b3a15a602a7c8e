"""Environments and models pushed to an OCI registry and pulled from it, as artifacts with media types of their own.

`artifact` is the format, `received` reads what a registry gives and believes nothing, `definitions` and `trees` say what
of it is in order, `numbers` gives versions their numbers there, `place` speaks with the registry; `environments` and
`models` put it together.
"""
