"""The syntax phase: text to nodes, and what is said about text that is wrong."""
