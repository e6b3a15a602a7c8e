"""The command line: click commands that call `actions` and show what comes back."""
