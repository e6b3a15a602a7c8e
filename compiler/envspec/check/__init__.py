"""Is a resolved document right? First against the schema, then by the rules of `rules/`."""
