"""The steps, one file each, in order. Adding an edition is a file with its step, a row here and its number in
`language.attributes.EDITIONS`. There is one edition so far, so there is no step yet."""

from __future__ import annotations

from envspec.editions.step import Step

STEPS: tuple[Step, ...] = ()
