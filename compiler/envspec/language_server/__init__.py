"""`envspec lsp`: the Language Server Protocol over what `editor` knows. Needs the extra `[lsp]`."""
