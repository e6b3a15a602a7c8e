"""What could be written at a cursor: one file for each kind of thing, `complete` asks the right one."""
