"""The line on which each setting of a TOML file stands.

`tomllib` gives values without lines, and a fault is quicker to mend when its line is told. For text
that `tomllib` has accepted, a few tokens are enough to follow the nesting; each key is then read by
`tomllib` itself, so that quotes, escapes and dots are its business. Only its public part is used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
      """ (?: \\. | [^\\] )*? (?: """ "{0,2} | \\? \Z )  # text over several lines may end in two more quotes
    | \'\'\' .*? (?: \'\'\' '{0,2} | \Z )                 # what is not closed goes on to the end
    | " (?: \\. | [^"\\\n] )* \\? "?
    | ' [^'\n]* '?
    | \# [^\n]*
    | [][{},=\n]
    | [^][{},=\#"'\s]+                      # bare keys with their dots, numbers, dates, true, false
    ''',
    re.DOTALL | re.VERBOSE,
)
_WHOLE = re.compile(r"[+-]?(?:0[xob][\da-fA-F_]+|\d[\d_]*)")


class _Token(NamedTuple):
    text: str
    start: int
    line: int


def lines_of(text: str) -> dict[Path, int]:
    """Find the line, counted from 1, of every table, array element and key of a TOML text.

    An element of an array has its number in the path: `("brands", "Ours", "programs", 0, "kind")`.
    A table stands where its own header is, or where it is first named if it has none; an array of
    tables stands where its first element does. The text is taken to be valid TOML; of any other
    text the lines that were found before the trouble are returned, and nothing is raised.
    """
    return _read(text).lines


def named_in(text: str) -> set[Path]:
    """Find the paths that a header, a key or a place in a list names in full: not the tables on the way to them.

    `[[brands.Ours.programs]]` names a program, and neither `brands.Ours` nor the list.
    """
    return _read(text).named


def _read(text: str) -> _Reader:
    reader = _Reader(text)
    try:
        reader.read_document()
    except (IndexError, ValueError, RecursionError):
        pass  # a fault without its line is still worth telling
    return reader


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of a path, or of its nearest ancestor that has one, or None."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


class _Reader:
    """Follows the nesting of one text, token by token, and writes down the lines it meets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens_of(text))
        self.next = 0  # index of the token to be taken next
        self.lines: dict[Path, int] = {}
        self.named: set[Path] = set()  # in full
        self.sizes: dict[Path, int] = {}  # elements so far of each [[array of tables]]

    def read_document(self) -> None:
        table: Path = ()
        while self.next < len(self.tokens):
            if self.skip("\n"):
                continue
            table = self.read_header() if self.peek() == "[" else self.read_pair(table)

    def read_header(self) -> Path:
        """Read `[table]` or `[[array of tables]]`; return the path of the table it opens."""
        line = self.take().line
        is_array = self.skip("[")
        *parents, name = self.read_key(until="]")
        path: Path = ()
        for parent in parents:
            path += (parent,)
            self.lines.setdefault(path, line)
            if path in self.sizes:  # inside the last element so far
                path += (self.sizes[path] - 1,)
        path += (name,)
        if is_array:
            self.skip("]")
            self.lines.setdefault(path, line)
            self.sizes[path] = self.sizes.get(path, 0) + 1
            path += (self.sizes[path] - 1,)
        elif path in self.sizes:
            raise ValueError("a table and an array of tables of the same name")
        self.lines[path] = line  # before this, only tables inside may have named it
        self.named.add(path)
        return path

    def read_pair(self, table: Path) -> Path:
        """Read `key = value` inside a table; return the path of that table."""
        line = self.tokens[self.next].line
        path = table
        for part in self.read_key(until="="):
            path += (part,)
            self.lines.setdefault(path, line)
        self.named.add(path)
        self.read_value(path)
        return table

    def read_key(self, until: str) -> list[str]:
        start = self.tokens[self.next].start
        while (token := self.take()).text != until:
            pass
        inner = tomllib.loads(f"{self.text[start : token.start]} = 0")
        parts = []
        while isinstance(inner, dict):
            [(part, inner)] = inner.items()
            parts.append(part)
        return parts

    def read_value(self, path: Path) -> None:
        opening = self.take().text
        if opening == "{":
            while not self.closes("}"):
                self.read_pair(path)
        elif opening == "[":
            size = 0
            while not self.closes("]"):
                self.lines[*path, size] = self.tokens[self.next].line
                self.named.add((*path, size))
                self.read_value((*path, size))
                size += 1
        else:  # a date and its time may be two tokens
            while self.next < len(self.tokens) and self.peek() not in ",]}\n":
                self.take()

    def closes(self, bracket: str) -> bool:
        """Pass over commas and line ends; tell whether the bracket came, and take it if so."""
        while self.skip(",") or self.skip("\n"):
            pass
        return self.skip(bracket)

    def peek(self) -> str:
        return self.tokens[self.next].text

    def take(self) -> _Token:
        self.next += 1
        return self.tokens[self.next - 1]

    def skip(self, text: str) -> bool:
        found = self.next < len(self.tokens) and self.peek() == text
        self.next += found
        return found


def comments_of(text: str) -> dict[int, str]:
    """Find the comments of a TOML text, without their marks, by line."""
    found = {line: token for token, _, line in _pieces_of(text) if token.startswith("#")}
    return {line: token[1:].removeprefix(" ").rstrip() for line, token in found.items()}


def longest_key(text: str) -> tuple[int, int]:
    """Count the names between the dots of the longest key of any text, and find its line.

    For `tomllib` a key of thousands is hours of work. What is no key, such as a number, counts as one.
    """
    dots, most, where = 0, 0, 1
    for piece in _pieces_of(text):
        if piece.text[0] in "[]{},=#\n":
            dots = 0
        elif piece.text[0] not in "\"'":
            dots += piece.text.count(".")
            if dots > most:
                most, where = dots, piece.line
    return most + 1, where


def longest_number(text: str) -> tuple[int, int]:
    """Count the digits of the longest whole number of any text, and find its line."""
    found = ((len(piece.text.lstrip("+-").replace("_", "")), piece.line) for piece in _tokens_of(text)
             if _WHOLE.fullmatch(piece.text))  # fmt: skip
    return max(found, default=(0, 1))


def _tokens_of(text: str) -> Iterator[_Token]:
    """Yield the tokens of a text without its comments and blanks."""
    return (piece for piece in _pieces_of(text) if not piece.text.startswith("#"))


def _pieces_of(text: str) -> Iterator[_Token]:
    """Yield the tokens of a text and its comments."""
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield _Token(match[0], match.start(), line)
