"""Shell scripts, as far as they are lists of simple commands: their steps, and the words of each.

POSIX's token recognition and quoting; nothing is run. What has a grammar of its own (`if`, `for`, functions,
subshells) is not taken apart; a word that only a shell can know (`$(…)`, `$1`) is `dynamic`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

_BRACED = lazy_pattern(r"\$\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-+])(?P<other>[^{}]*))?\}", re.ASCII)
_NAMED = lazy_pattern(r"\$(?P<name>[A-Za-z_]\w*)", re.ASCII)
_OPERATOR = lazy_pattern(r"&&|\|\||;;|&>>?|[0-9]*(?:>>|>&|>\||<<<|<<-?|<&|<>|>|<)|[;|&\n()]")
_SPACE = lazy_pattern(r"(?:[ \t]|\\\n)+")
_COMMENT = lazy_pattern(r"#[^\n]*")
_BARE = lazy_pattern(r"[A-Za-z0-9_./:=@,+%-]+")
_QUOTED = lazy_pattern(r"[^\"\\$`]+")
_SINGLE = lazy_pattern(r"[^']+")
_RESERVED = frozenset(
    {
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "{",
        "}",
        "!",
        "function",
        "[[",
    }
)
_SEPARATORS = frozenset({"&&", ";", "\n"})


@frozen
class Part(Frozen):
    """A piece of a word: `text`, or the value of `variable`, with what stands for it when it is not set (`-`) or set
    (`+`)."""

    text: str
    variable: str = ""
    how: str = ""
    other: str = ""
    quoted: bool = False


@frozen
class Word(Frozen):
    parts: tuple[Part, ...]
    start: int
    end: int
    dynamic: bool = False


@frozen
class Step(Frozen):
    """A command of a list. `text` is as it is written, at `start`; `before` is what joins it to the one before. `words`
    are None when it is more than one simple command; redirections are not among them, but in `redirected`."""

    text: str
    start: int
    before: str
    words: tuple[Word, ...] | None
    redirected: tuple[str, ...] = ()


@frozen
class _Token(Frozen):
    operator: str
    word: Word | None
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words of a text in which operators mean nothing, such as the arguments of `ENV`."""
    return [token.word for token in _tokens(text, operators=False) or () if token.word is not None]


def steps_of(script: str) -> list[Step] | None:
    """The steps of a script; None when it is more than a list of commands, or its quotes do not match."""
    tokens = _tokens(script, operators=True)
    if tokens is None or any(token.operator in ("(", ")", ";;", "&") for token in tokens):
        return None
    steps: list[Step] = []
    current: list[_Token] = []
    before = ""
    for token in [*tokens, _Token("\n", None, len(script), len(script))]:
        if token.operator not in _SEPARATORS:
            current.append(token)
            continue
        if current:
            step = _step(script, current, before)
            if step is None:
                return None
            steps.append(step)
            before = ""
        if before != "&&":
            before = token.operator
        current = []
    return steps


def _step(script: str, tokens: list[_Token], before: str) -> Step | None:
    text = script[tokens[0].start : tokens[-1].end]
    first = tokens[0].word
    if first is None and tokens[0].operator in ("|", "||"):
        return None
    for at, token in enumerate(tokens):
        begins = at == 0 or tokens[at - 1].operator in ("|", "||")
        if begins and token.word is not None and _plain(token.word) in _RESERVED:
            return None
    words: list[Word] = []
    redirected: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.word is not None:
            words.append(token.word)
        elif token.operator == "||" and [_plain(one.word) for one in tokens[at + 1 :] if one.word] in (
            ["true"],
            [":"],
        ):
            break
        elif token.operator in ("|", "||"):
            return Step(text, tokens[0].start, before, None)
        else:
            target = tokens[at + 1].word if at + 1 < len(tokens) else None
            redirected.append(token.operator + (_plain(target) if target else ""))
            at += 1
        at += 1
    return Step(text, tokens[0].start, before, tuple(words), tuple(redirected))


def _plain(word: Word | None) -> str:
    return "".join(part.text for part in word.parts) if word is not None else ""


_LONGEST_EXPANSION = 32_768
"""Characters that the variables of a word may come to."""


def expanded(word: Word, values: Mapping[str, str | None]) -> list[str] | None:
    """The texts that a word becomes: one, or more when a value without quotes has blanks in it. None when it is not
    known, or longer than any real one: a variable that holds the one before it twice doubles with every line."""
    if word.dynamic:
        return None
    fields = [""]
    left = _LONGEST_EXPANSION
    for part in word.parts:
        if not part.variable:
            fields[-1] += part.text
            continue
        value = _value(part, values)
        left -= len(value or "")
        if value is None or left < 0:
            return None
        pieces = [value] if part.quoted or not value.strip() else value.split()
        fields[-1] += pieces[0]
        fields += pieces[1:]
    return fields


def _value(part: Part, values: Mapping[str, str | None]) -> str | None:
    value = values.get(part.variable)
    if part.how.endswith("-"):
        return part.other if value is None or (value == "" and part.how == ":-") else value
    if part.how.endswith("+"):
        return part.other if value else ""
    return value


def one_text(text: str, values: Mapping[str, str | None]) -> str | None:
    """A text of a Dockerfile with its variables filled in; None when one is not known."""
    filled = []
    for word in words_of(text):
        found = expanded(word, values)
        if found is None:
            return None
        filled.append(" ".join(found))
    return " ".join(filled)


def variables_of(script: str) -> set[str]:
    """The names that a script may read as variables."""
    return set(re.findall(r"\$\{?([A-Za-z_]\w*)", script, re.ASCII))


def _tokens(text: str, *, operators: bool) -> list[_Token] | None:
    """None when a quote or bracket is not closed."""
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
        elif operators and (comment := _COMMENT.match(text, at)):
            at = comment.end()
        elif operators and (operator := _OPERATOR.match(text, at)):
            found.append(_Token(operator[0], None, at, operator.end()))
            at = operator.end()
        elif not operators and text[at] == "\n":
            at += 1
        else:
            word = _word(text, at, operators)
            if word is None:
                return None
            found.append(_Token("", word, at, word.end))
            at = word.end
    return found


def _word(text: str, start: int, operators: bool) -> Word | None:
    parts: list[Part] = []
    dynamic = False
    quote = ""
    at = start
    while at < len(text):
        character = text[at]
        if not quote and (character in " \t\n" or (operators and character in ";|&()<>")):
            break
        if character == "\\" and quote != "'":
            following = text[at + 1 : at + 2]
            if quote and following not in '"\\$`\n':
                parts.append(Part("\\"))
                at += 1
                continue
            parts.append(Part("" if following == "\n" else following, quoted=True))
            at += 2
        elif character in "\"'" and quote in ("", character):
            quote = "" if quote else character
            parts.append(Part("", quoted=True))
            at += 1
        elif character in "$`" and quote != "'":
            part, at = _dollar(text, at, bool(quote))
            if at < 0:
                return None
            dynamic = dynamic or part is None
            parts += [part] if part is not None else []
        else:
            plain = (_QUOTED if quote == '"' else _SINGLE if quote else _BARE).match(text, at)
            end = plain.end() if plain is not None else at + 1
            parts.append(Part(text[at:end], quoted=bool(quote)))
            at = end
    return None if quote else Word(tuple(parts), start, at, dynamic)


def _dollar(text: str, at: int, quoted: bool) -> tuple[Part | None, int]:
    """What begins with `$` or a backquote: a variable, or nothing that can be known; where it ends, -1 for nowhere."""
    if text[at] == "`":
        end = text.find("`", at + 1)
        return None, end + 1 if end >= 0 else -1
    if found := _BRACED.match(text, at):
        return Part("", found["name"], found["how"] or "", found["other"] or "", quoted), found.end()
    if found := _NAMED.match(text, at):
        return Part("", found["name"], quoted=quoted), found.end()
    following = text[at + 1 : at + 2]
    if following in ("(", "{"):
        return None, _closed(text, at + 1)
    if following and (following.isdigit() or following in "?@*#!$-"):
        return None, at + 2
    return Part("$"), at + 1


def _closed(text: str, at: int) -> int:
    """Where the bracket at `at` is closed; -1 when it is not."""
    opening, closing = text[at], ")" if text[at] == "(" else "}"
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == opening) - (text[place] == closing)
        if depth == 0:
            return place + 1
    return -1
