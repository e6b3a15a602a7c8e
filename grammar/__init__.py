"""The grammar of the language and the schema of its IR, as package data."""
