"""GitHub Actions: a workflow that does the runs."""
