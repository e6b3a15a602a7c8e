"""What a word can be, for colours, in the words of the protocol."""

from __future__ import annotations

TYPES = ("keyword", "class", "property", "parameter", "namespace", "type", "number", "enumMember")
MODIFIERS = ("declaration", "defaultLibrary")
