"""Edition 1 as tables: types, blocks and attributes. Everything that must know them reads them here."""
