"""The folder of the project root that envspec keeps its own things in: the workspace, logs, locks, what was compiled."""

STATE_FOLDER = ".envspec"
