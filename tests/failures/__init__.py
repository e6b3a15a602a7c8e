"""Failures provoked for real, one test for each cell of `docs/failures.md`: file, line, sentence, suggestion, status."""
