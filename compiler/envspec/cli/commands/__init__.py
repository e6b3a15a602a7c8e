"""One file a command; `cli.app` has the table."""
