"""W03 the lint rules: what is right, and will hurt."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("W0301", "warning", _F, "unpinned package",
         "Without a version the package may be another one each time it is resolved. A lock holds it still, but "
         "others who read the spec cannot see what it was written for. Say a range: `\"pillow >=10,<12\"`."),
    Code("W0390", "warning", _F, "a comment that silences nothing",
         "`# envspec: allow W0301 -- reason` says that a finding is known and meant. This one is about a finding that "
         "is not there, or no more. A stale comment hides the next one: take it away."),
    Code("W0391", "warning", _F, "a comment without a reason",
         "Who silences a finding knows why; the next reader does not. Write the reason after `--`:\n\n```\n"
         'pip = ["pillow"]    # envspec: allow W0301 -- the newest one, on purpose\n```'),
    Code("W0392", "warning", _F, "a comment that is not understood",
         "A comment that begins with `# envspec:` is read by envspec. It knows one word, `allow`, followed by the "
         "codes of warnings and, after `--`, a reason. Errors cannot be silenced."),
)  # fmt: skip
