"""The pages of codes and of lint rules, made from the one table of codes and the table of rules.

`python -m envspec.check.pages docs` writes `docs/codes.md` and `docs/rules.md`; a test holds that they are up to
date. `envspec explain CODE` shows the same words.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules import all_rules
from envspec.diagnostics.codes import Code, codes, groups

_MADE = "<!-- made by `python -m envspec.check.pages docs` from the table of codes: do not edit -->"
_LINT = "Lint rules"

_CODES_HEAD = """\
# Codes

Every finding has a code, and its number is never used for anything else. `envspec explain CODE` says the same on a
terminal. An error keeps a project from being used, a warning is right and will hurt, information is for your interest.
Errors and warnings make the status of a command other than 0: 1 for findings, 4 where a file does not parse, 2 for
usage and configuration, 3 where an engine failed, 70 for our own bugs.
"""

_RULES_HEAD = """\
# Lint rules

What `envspec check` finds beyond errors: specs that mean something, and probably not what was wanted. Rules look at
files only, never at a network, a clock or this machine, and are silent when unsure.

- **Fixes.** `envspec check --fix` applies those that are safe, which change no meaning; `--unsafe-fixes` applies the
  others too; `--diff` shows them. Editors offer all as quick fixes. Where a rule has none, only a person knows what is
  right.
- **Silence.** `# envspec: allow W0301 -- why` at the end of the line, or on a line of its own before it. Without a
  reason, or without a finding, the comment is a finding itself.
- **Choice.** `--select W03,E --ignore W0301`, or in `pyproject.toml`:

```toml
[tool.envspec.check]
select = ["E", "W"]
ignore = ["W0301"]
```
"""

_ERRORS = """\
## Errors of the same kind

What cannot work is an error, and no comment silences it: an absolute or escaping path ([E0407](codes.md#e0407),
[E0402](codes.md#e0402)), a source, entry, requirements file or other file that is not there
([E0401](codes.md#e0401)), an entry without `init` or `run` ([E1001](codes.md#e1001), [E1002](codes.md#e1002)), a
package twice in one list ([E0313](codes.md#e0313)), bounds that contradict those of a file
([E0406](codes.md#e0406)), credentials in an address ([E0306](codes.md#e0306)).
"""


def codes_page() -> str:
    """`docs/codes.md`: every code under the heading of its group."""
    return _text(_codes_lines())


def rules_page() -> str:
    """`docs/rules.md`: the rules that warn, with what each means."""
    return _text(_rules_lines())


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _codes_lines() -> Iterator[str]:
    yield from (_MADE, "", _CODES_HEAD)
    for heading, rows in groups().items():
        yield from (f"- [{heading}](#{_anchor(heading)}): {rows[0].code} to {rows[-1].code}",)
    yield ""
    for heading, rows in groups().items():
        yield from (f"## {heading}", "")
        if heading == _LINT:
            yield from ("They have [a page of their own](rules.md).", "")
            for row in rows:
                yield f"- [{row.code}](rules.md#{row.code.lower()}): {row.title}"
            yield ""
            continue
        for row in rows:
            yield from _section(row, row.severity)


def _rules_lines() -> Iterator[str]:
    fixes = {code: rule.fix for rule in all_rules() for code in rule.codes}
    names = {code: rule.name for rule in all_rules() for code in rule.codes}
    yield from (_MADE, "", _RULES_HEAD)
    yield from ("| code | what it finds | severity | fix |", "|---|---|---|---|")
    for row in groups()[_LINT]:
        code = f"[{row.code}](#{row.code.lower()})"
        yield f"| {code} | {row.title} | {row.severity} | {fixes.get(row.code, '')} |"
    yield from ("", _ERRORS)
    for row in groups()[_LINT]:
        more = [row.severity, *([names[row.code]] if row.code in names else [])]
        if fixes.get(row.code):
            more.append(f"fix: {fixes[row.code]}")
        yield from _section(row, ", ".join(more))


def _section(row: Code, more: str) -> Iterator[str]:
    assert codes()[row.code] is row
    yield from (f"### {row.code}", "", f"**{row.title}** ({more})", "", row.explanation.strip(), "")


def _anchor(heading: str) -> str:
    kept = [character for character in heading.lower() if character.isalnum() or character in " -_"]
    return "".join(kept).replace(" ", "-")


if __name__ == "__main__":
    import sys
    from pathlib import Path

    for name, text in (("codes.md", codes_page()), ("rules.md", rules_page())):
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8", newline="\n")
