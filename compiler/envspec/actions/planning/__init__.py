"""`plan`: what `up` would do and why, found out without doing or writing anything."""

from __future__ import annotations
