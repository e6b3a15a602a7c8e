"""Two hundred strings that mean something to a shell, a Dockerfile, a command line or a log, and must not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

_SINGLE = (
    "$(touch /envspec/work/owned)", "`touch /envspec/work/owned`", "; touch /envspec/work/owned", "&& false",
    "| cat", "> /envspec/work/owned", "$HOME", "${HOME}", "$$", "$", "\\", "\\\\", "a\\", "\\n", "'", '"', "'\"'", "\"'\"",
    "''", '""', "# not a comment", "#syntax=evil/frontend", "# escape=`", "--flag", "-", "--", "-c", "--privileged",
    "a\nRUN touch /owned", "a\nFROM scratch", "a\\\nb", "a\r\nb", "\n", "\n\n", "\t", " ", "  leading", "trailing  ",
    "ONBUILD RUN touch /owned", "RUN touch /owned", "USER root", "--mount=type=secret,id=envspec-ca", "--from=scratch",
    "@/etc/passwd", "<<-'EOF'", "cat <<EOF > /owned\nx\nEOF", "a\x85RUN id", "a\u2029b", "\\\n", "`", "```", "${", "$(",
    "${V0}", "$ENVSPEC_PORT",
    "a=b", "=", "=b", "a=", "FOO=bar BAZ=qux", "{}", "{{.ID}}", "[\"a\", \"b\"]", "[", "*", "?", "~", "~root", "!", "!!",
    "%s%n", "%(x)s", "<<EOF\nx\nEOF", "EOF", "é", "日本語", "\u202egnirts", "\U0001f40b", "\u0000".replace("\u0000", "\\0"),
    "\x1b[31mred", "\x07", "\x7f", "\u00a0", "\u2028", "a,b", "src=/etc/passwd", "id=x,src=/etc/shadow", "../../etc/passwd",
    "/etc/passwd", "C:\\x", "file:///etc/passwd", "\ufeffbom", "null", "true", "0", "-0", "1e999", "NaN", "x" * 4000,
)  # fmt: skip
_LEFT = ("a ", "'", '"', "\\", "$", "\n", "--", "#", "`", "=", "{")
_RIGHT = (" b", "'", '"', "\\", "$(id)", "\n", "${X:-y}", "#", "`id`", "=", "}", "é")

HOSTILE = tuple(dict.fromkeys((*_SINGLE, *(left + right for left, right in product(_LEFT, _RIGHT)))))[:200]


def shared(texts: Sequence[str], number: int = 16) -> list[str]:
    """All of them in fewer values, for what takes a container for each: those whose beginning or end could be lost stay
    alone, of the others as many as `number` share one."""
    alone = [text for text in texts if text != text.strip() or text.endswith("\\")]
    others = [text for text in texts if text not in alone]
    return [*alone, *("|".join(others[at : at + number]) for at in range(0, len(others), number))]
