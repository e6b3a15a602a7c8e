"""Where a cursor is, and what could be written there: by the tokens alone, so that it works in a file that does
not parse, which is what a file is while somebody writes in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

from envspec.diagnostics import Source
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.types import Type
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.brackets import balance
from envspec.syntax.lexer import Scan, Token, scan
from envspec.syntax.tables import END, load

Role: TypeAlias = Literal[
    "nothing",  # in a comment, a number, a name that one makes up
    "statement",  # a keyword at the beginning of a line of the file
    "attribute",  # the name of an attribute of `table`
    "extends",  # the word `extends`
    "base",  # what a block extends
    "value",  # a value of `type`
    "key",  # the key of a map that is no record
    "param_type",
    "import_path",
    "import_as",
    "cell_key",
    "cell_value",
]

_STRINGS = frozenset({"STRING", "OPEN_STRING", "LONG_STRING", "OPEN_LONG_STRING"})
_OPEN = {"LBRACE": "RBRACE", "LSQB": "RSQB"}
_ANY = Type("string")
_REST_OF_WORD = lazy_pattern(r"[A-Za-z0-9_-]*")


@mutable
class Frame(Mutable):
    """What a bracket opens. `names` are the names of attributes or keys written in it, `table` those that it takes
    if it is a block or a record, `type` of its elements or values otherwise."""

    kind: Literal["file", "block", "map", "list", "cell"]
    name: str = ""
    label: str = ""
    table: BlockKind | None = None
    type: Type | None = None
    start: int = 0
    names: list[str] = field(default_factory=list)
    cell_of: tuple[str, ...] = ()


@frozen
class Cursor(Frozen):
    """`frames` lead from the file to the innermost bracket. `segments` are the names before the last dot when a
    reference is written; `prefix` what is written before the cursor of the word that `start` and `end` enclose.
    `in_string`: the word is (in) a string, and `text` all that stands in it before the cursor."""

    role: Role
    frames: tuple[Frame, ...]
    start: int
    end: int
    prefix: str = ""
    type: Type | None = None
    attribute: str = ""
    operator: str = ""
    segments: tuple[str, ...] = ()
    in_string: bool = False
    in_hole: bool = False
    text: str = ""
    complete: bool = False

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @property
    def block(self) -> tuple[str, str]:
        """Keyword and label of the block of the file that this is in; both empty outside."""
        return next(((f.name, f.label) for f in self.frames if f.kind == "block"), ("", ""))


def cursor_at(source: Source, offset: int) -> Cursor:
    """The cursor between the characters `offset - 1` and `offset`."""
    scanned = _scanned(source)
    for comment in scanned.comments:
        if comment.span.start < offset <= comment.span.end:
            return Cursor("nothing", (Frame("file"),), offset, offset)
    line = source.line_of(offset)
    tokens = [
        token
        for token in scanned.tokens
        if token.type != END and (token.end > token.start or source.line_of(token.start) != line)
    ]
    return _Walk(source.text, offset, tokens).cursor()


_LAST: list[Scan] = []
"""What was scanned last. An editor asks several things about a place while a text stays as it is, and a long one takes
longer to scan than all that is asked of it."""


def _scanned(source: Source) -> Scan:
    for last in _LAST[:]:
        if last.source.text == source.text and last.source.file == source.file:
            return last
    scanned = scan(source, load())
    balance(scanned)
    _LAST[:] = [scanned]
    return scanned


def end_of_word(text: str, offset: int) -> int:
    """Where the name or version ends that an offset is in."""
    match = _REST_OF_WORD.match(text, offset)
    assert match is not None  # it matches nothing too
    return match.end()


class _Walk:
    """Goes through the tokens, with the frames around each."""

    def __init__(self, text: str, offset: int, tokens: list[Token]) -> None:
        self.text, self.offset, self.tokens = text, offset, tokens
        self.frames = [Frame("file")]
        self.outer: list[list[Token]] = []
        self.entry: list[Token] = []

    def cursor(self) -> Cursor:
        at = 0
        while at < len(self.tokens) and self.tokens[at].end < self.offset:
            self._take(self.tokens[at])
            at += 1
        word: Token | None = None
        while at < len(self.tokens) and self.tokens[at].start < self.offset <= self.tokens[at].end:
            token = self.tokens[at]
            inside = self.offset < token.end or token.type.startswith("OPEN")
            if token.type in ("NAME", "NUMBER") or (token.type in _STRINGS and inside):
                word = token
                break
            if token.type == "NEWLINE" and self.offset < token.end:
                self._take(token)
                at += 1
                break
            self._take(token)
            at += 1
        found = self._described(word)
        after = at + (word is not None)
        self._names_after(after)
        following = self.tokens[after] if after < len(self.tokens) else None
        return replace(
            found, complete=following is not None and following.type in ("EQUAL", "PLUS_EQUAL", "LBRACE")
        )

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind in _OPEN:
            frame = self._opened(token)
            self.outer.append(self.entry)
            self.frames.append(frame)
            self.entry = []
        elif kind in _OPEN.values():
            if self.outer:
                self.frames.pop()
                self.entry = [*self.outer.pop(), token]
        elif (kind == "NEWLINE" and self.frames[-1].kind not in ("list", "cell")) or (
            kind == "COMMA" and self.frames[-1].kind != "file"
        ):
            self.entry = []
        elif kind != "NEWLINE":
            self._remember(token)
            self.entry.append(token)

    def _remember(self, token: Token) -> None:
        if token.type in ("EQUAL", "PLUS_EQUAL") and len(self.entry) == 1:
            self.frames[-1].names.append(self._text(self.entry[0]))

    def _names_after(self, at: int) -> None:
        """The names that the innermost frame has after the cursor."""
        frame, depth = self.frames[-1], 0
        for index in range(at, len(self.tokens)):
            token = self.tokens[index]
            if token.type in _OPEN:
                previous = self.tokens[index - 1] if index else token
                if depth == 0 and token.type == "LBRACE" and previous.type == "NAME":
                    frame.names.append(self._text(previous))
                depth += 1
            elif token.type in _OPEN.values():
                depth -= 1
                if depth < 0:
                    return
            elif depth == 0 and token.type in ("EQUAL", "PLUS_EQUAL") and index:
                frame.names.append(self._text(self.tokens[index - 1]))

    def _text(self, token: Token) -> str:
        return self.text[token.start : token.end].strip('"')

    def _operator(self) -> int:
        """The index of `=` or `+=` in the entry; -1 when there is none."""
        return next((i for i, t in enumerate(self.entry) if t.type in ("EQUAL", "PLUS_EQUAL")), -1)

    def _opened(self, token: Token) -> Frame:
        outer, entry = self.frames[-1], self.entry
        operator = self._operator()
        previous = entry[-1] if entry else None
        if token.type == "LSQB":
            if previous is not None and previous.type == "NAME" and previous.end == token.start:
                return Frame("cell", start=token.start, cell_of=self._segments())
            kind = self._value_type(outer, entry, operator)
            item = kind.item if kind is not None and kind.kind == "list" else None
            return Frame("list", self._text(entry[0]) if entry else outer.name, "", None, item, token.start)
        if operator >= 0 or outer.kind == "list":
            kind = self._value_type(outer, entry, operator)
            name = self._text(entry[0]) if entry else ""
            table = RECORDS.get(kind.target) if kind is not None and kind.kind == "record" else None
            return Frame("map", name, "", table, kind.item if kind else None, token.start)
        keyword = self._text(entry[0]) if entry else ""
        outer.names.append(keyword)
        label = ""
        if len(entry) > 1 and entry[1].type == "NAME" and self._text(entry[1]) != "extends":
            label = self._text(entry[1])
        table = (BLOCKS if outer.kind == "file" else RECORDS).get(keyword)
        if table is None and outer.kind == "block" and keyword == "environment":
            table = BLOCKS["environment"]
        return Frame("block", keyword, label, table, None, token.start)

    def _value_type(self, outer: Frame, entry: list[Token], operator: int) -> Type | None:
        """The type of the value that follows."""
        if outer.kind == "list":
            return outer.type
        if operator < 1:
            return None
        if outer.table is not None:
            row = outer.table.attribute(self._text(entry[operator - 1]))
            return row.type if row is not None else None
        return outer.type if outer.kind == "map" else _ANY

    def _segments(self) -> tuple[str, ...]:
        """The names, joined by dots, at the end of the entry."""
        found: list[str] = []
        index, wanted = len(self.entry) - 1, "NAME"
        while index >= 0:
            token = self.entry[index]
            if token.type == "RSQB":
                pass  # a cell: its name stands before it, for what is in brackets is not in the entry
            elif token.type != wanted:
                break
            else:
                if token.type == "NAME":
                    found.append(self._text(token))
                wanted = "DOT" if wanted == "NAME" else "NAME"
            index -= 1
        return tuple(reversed(found))

    def _described(self, word: Token | None) -> Cursor:
        frames = tuple(self.frames)
        if word is not None and word.type == "NUMBER":
            return Cursor("nothing", frames, word.start, word.end)
        if word is not None and word.type in _STRINGS:
            return self._in_string(word)
        start, end = (self.offset, self.offset) if word is None else (word.start, word.end)
        prefix = self.text[start : self.offset]
        segments: tuple[str, ...] = ()
        if self.entry and self.entry[-1].type == "DOT" and self.entry[-1].end == start:
            dot = self.entry.pop()
            segments = self._segments()
            self._drop(len(segments))
            if not segments:
                self.entry.append(dot)
        return replace(
            self._placed(Cursor("nothing", frames, start, end, prefix)), segments=segments, prefix=prefix
        )

    def _drop(self, names: int) -> None:
        """Take a reference of so many names, with its dots and cells, off the end of the entry."""
        while self.entry and names:
            names -= self.entry.pop().type == "NAME"

    def _in_string(self, word: Token) -> Cursor:
        quotes = 3 if word.type in ("LONG_STRING", "OPEN_LONG_STRING") else 1
        start = word.start + quotes
        end = word.end - (0 if word.type.startswith("OPEN") else quotes)
        if self.offset < start:
            return Cursor("nothing", tuple(self.frames), self.offset, self.offset)
        text = self.text[start : self.offset]
        place = self._placed(Cursor("nothing", tuple(self.frames), start, max(start, end)))
        if place.role in ("statement", "attribute"):
            place = replace(place, role="nothing")
        hole = text.rfind("${")
        if hole >= 0 and "}" not in text[hole:] and (hole == 0 or text[hole - 1] != "$"):
            *segments, prefix = text[hole + 2 :].split(".")
            return replace(
                place,
                role="value" if place.role in ("value", "cell_value") else "nothing",
                start=self.offset - len(prefix),
                end=end_of_word(self.text, self.offset),
                prefix=prefix,
                segments=tuple(segments),
                in_hole=True,
                text=text,
            )
        return replace(place, in_string=True, prefix=text, text=text)

    def _placed(self, cursor: Cursor) -> Cursor:
        """What can follow the entry as far as it is written."""
        frame, entry = self.frames[-1], self.entry
        operator = self._operator()
        if frame.kind == "cell":
            if operator == 1 and len(entry) == 2:
                return replace(cursor, role="cell_value", attribute=self._text(entry[0]))
            return replace(cursor, role="cell_key") if not entry else cursor
        if operator >= 0 or frame.kind == "list":
            if len(entry) > operator + 1:
                return cursor  # after a value
            name = self._text(entry[operator - 1]) if operator > 0 else frame.name
            written = self._text(entry[operator]) if operator >= 0 else ""
            kind = self._value_type(frame, entry, operator)
            return replace(cursor, role="value", type=kind, attribute=name, operator=written)
        words = [self._text(token) for token in entry]
        if not entry:
            if frame.kind == "file":
                return replace(cursor, role="statement")
            return replace(cursor, role="attribute" if frame.table is not None else "key")
        if frame.kind == "file" and words[0] == "import":
            role: Role = "import_path" if len(words) == 1 else "import_as" if len(words) == 2 else "nothing"
            return replace(cursor, role=role)
        if frame.kind == "file" and words[0] == "param":
            return replace(cursor, role="param_type") if words[2:] == [":"] else cursor
        if words[-1] == "extends" and len(words) > 1:
            return replace(cursor, role="base", attribute=words[0])
        kind_of = BLOCKS.get(words[0])
        if kind_of is not None and kind_of.extends and len(words) == (2 if frame.kind == "file" else 1):
            return replace(cursor, role="extends", attribute=words[0])
        return cursor
