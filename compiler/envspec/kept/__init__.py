"""Results kept until an answer changes that they were made of.

A result is kept with every question that was asked of the file system on the way, and the answer. Asking the same
questions again and getting the same answers gives the same result, so nothing needs to be computed. Contents are
kept as digests, never as texts. This package is imported before everything else and imports next to nothing.
"""
