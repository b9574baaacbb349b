"""How Sphinx reads the docstrings of the house: an indented example is code, `name : sentence` is a definition."""

import re

DEFINITION = re.compile(r"^(\*{0,2}\w[\w.]*(?:, \*{0,2}\w[\w.]*)*) : (.+)$")
SECTIONS = {"Parameters", "Attributes", "Raises"}


def readable(app, what, name, obj, options, lines):
    """Change the lines of one docstring in place; Sphinx calls it."""
    lines[:] = defined(shown(lines))


def shown(lines: list[str]) -> list[str]:
    """An indented block that begins after an empty line becomes code."""
    out: list[str] = []
    before = ""
    for number, line in enumerate(lines):
        begins = line.startswith("    ") and number > 0 and not lines[number - 1].strip()
        if begins and before and not before.startswith(" ") and not before.endswith("::"):
            out += [".. code-block:: python", ""]
        out.append(line)
        before = line or before
    return out


def defined(lines: list[str]) -> list[str]:
    """`name : sentence` in a section of definitions becomes the name with the sentence below it."""
    out, section = [], ""
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[number + 1]):
            section = line
        found = DEFINITION.match(line) if section in SECTIONS else None
        out += [found.group(1), f"    {found.group(2)}"] if found else [line]
    return out
