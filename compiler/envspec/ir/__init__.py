"""Frozen typed values, canonical JSON, content hashes. See `types`, `codec`, `canonical`, `identity`."""
