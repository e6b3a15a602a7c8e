"""The document against its schema, and the rules."""
