import re
import tomllib
from collections.abc import Iterator

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.toml_lines import line_of, lines_of, longest_key, longest_number, named_in

SCENARIO = """\
schema = 1  # of this format
[population.segments."A.B"]
share = 0.7
needs_per_week = { distribution = "gamma", mean = 0.11 }

[[brands.Ours.programs]]
kind = "points"
[[brands.Ours.programs]]
kind = "stamps"
"""


def paths_of(value, path=()) -> Iterator[tuple]:
    """Every path of a document and its value."""
    if path:
        yield path, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in inside:
        yield from paths_of(inner, (*path, part))


def test_lines__of_a_scenario():
    assert lines_of(SCENARIO) == {
        ("schema",): 1,
        ("population",): 2,
        ("population", "segments"): 2,
        ("population", "segments", "A.B"): 2,
        ("population", "segments", "A.B", "share"): 3,
        ("population", "segments", "A.B", "needs_per_week"): 4,
        ("population", "segments", "A.B", "needs_per_week", "distribution"): 4,
        ("population", "segments", "A.B", "needs_per_week", "mean"): 4,
        ("brands",): 6,
        ("brands", "Ours"): 6,
        ("brands", "Ours", "programs"): 6,
        ("brands", "Ours", "programs", 0): 6,
        ("brands", "Ours", "programs", 0, "kind"): 7,
        ("brands", "Ours", "programs", 1): 8,
        ("brands", "Ours", "programs", 1, "kind"): 9,
    }


def test_lines__array_of_tables_inside_an_array_of_tables():
    lines = lines_of("[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\nx = 3\n[a.b.c]\ny = 4\n")
    assert lines["a", 0, "b", 0, "x"] == 3
    assert lines["a", 0, "b", 1, "x"] == 5
    assert lines["a", 1] == 6
    assert lines["a", 1, "b", 0, "x"] == 8
    assert lines["a", 1, "b", 0, "c"] == 9
    assert lines["a", 1, "b", 0, "c", "y"] == 10


def test_lines__dotted_and_quoted_keys():
    lines = lines_of('[a."b.c" . \'d]\']\n"x = 1" . y = 1\n"\\u0041" = 2\n"#" = 3\n1.2 = 4\n')
    table = ("a", "b.c", "d]")
    assert [lines[*table, key] for key in ("x = 1", "A", "#", "1")] == [2, 3, 4, 5]
    assert lines[*table, "x = 1", "y"] == 2
    assert lines[*table, "1", "2"] == 5


def test_lines__what_looks_like_a_key_in_text_and_comments_is_none():
    text = '''\
a = """
b = 1 # \\"""
[c]"""""  # d = 1
e = \'\'\'
f = {
\'\'\'
g = "h = [" # {
i = 'j = {' # """
k = 1979-05-27 07:32:00
'''
    assert lines_of(text) == {("a",): 1, ("e",): 4, ("g",): 7, ("i",): 8, ("k",): 9}


def test_lines__arrays_over_several_lines():
    text = '''\
a = [
  { x = 1, y.z = [
    2,
    3 # ]
  ] }, # {

  { x = """
""" }
  , [4], 5,
]
b = []
c = {}
'''
    assert lines_of(text) == {
        ("a",): 1,
        ("a", 0): 2,
        ("a", 0, "x"): 2,
        ("a", 0, "y"): 2,
        ("a", 0, "y", "z"): 2,
        ("a", 0, "y", "z", 0): 3,
        ("a", 0, "y", "z", 1): 4,
        ("a", 1): 7,
        ("a", 1, "x"): 7,
        ("a", 2): 9,
        ("a", 2, 0): 9,
        ("a", 3): 9,
        ("b",): 11,
        ("c",): 12,
    }


def test_lines__a_table_stands_at_its_own_header():
    assert lines_of("[a.b]\n[a.c]\n[a]\nx = 1\n")["a",] == 3


def test_lines__are_the_same_with_windows_line_ends():
    assert lines_of(SCENARIO.replace("\n", "\r\n")) == lines_of(SCENARIO)


@pytest.mark.parametrize(
    "text", ["= 1", "a = [", "a = {", "a = [}", "[", "[[a]", "a", "a = ", "[a\nb = 1", 'a = "', "]" * 9]
)
def test_lines__of_what_is_not_toml_raise_nothing(text):
    assert lines_of("first = 1\n" + text).get(("first",)) == 1


pieces = [
    "a",
    "b.",
    "1",
    ".",
    "=",
    " = 1\n",
    "a=",
    "\n[a]\n",
    "\n[[b]]\n",
    "\n[b.a]\n",
    *"[]{},\"'#\\\n ",
    '"""',
    "'''",
]


@given(st.lists(st.sampled_from(pieces), max_size=12).map("".join))
def test_lines__of_any_text_raise_nothing_and_of_valid_text_are_those_of_every_path(text):
    lines = lines_of(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(lines) == {path for path, _ in paths_of(document)}


# Keys and texts are made of what could mislead; the digit 7 is left to the numbers that are searched for.
odd = st.text(alphabet="ab.=[]{},\"'#\\\n é01", max_size=6)
table = st.recursive(
    st.none(),
    lambda inner: st.dictionaries(odd, odd | inner | st.lists(odd | inner, max_size=3), max_size=4),
    max_leaves=12,
).filter(lambda value: value is not None)


def with_numbers(value, numbers):
    """The same document with another number for each None, and one in each table."""
    if isinstance(value, dict):
        return {"number": next(numbers)} | {key: with_numbers(inner, numbers) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_numbers(inner, numbers) for inner in value]
    return next(numbers) if value is None else value


@given(table, st.booleans(), st.integers(1, 4))
def test_lines__are_where_each_number_of_a_written_document_stands(document, multiline_strings, indent):
    document = with_numbers(document, iter(range(700_000, 800_000)))
    text = tomli_w.dumps(document, multiline_strings=multiline_strings, indent=indent)
    stands = {int(m[0]): text.count("\n", 0, m.start()) + 1 for m in re.finditer(r"7\d{5}", text)}
    lines = lines_of(text)
    paths = dict(paths_of(tomllib.loads(text)))
    assert set(lines) == set(paths)
    for path, value in paths.items():
        if isinstance(value, int):
            assert lines[path] == stands[value], path
        if isinstance(value, dict):  # the number comes first, on the line below a header or within the braces
            row = text.split("\n")[lines[path] - 1]
            assert lines[path] == stands[value["number"]] - row.startswith("["), path


def test_named_in__leaves_out_what_a_header_or_a_dotted_key_only_passes_through():
    text = "a.b = { c = [1] }\n[[d.e]]\n[d.e.f]\nx.y = 1\n"
    assert named_in(text) == {("a", "b"), ("a", "b", "c"), ("a", "b", "c", 0), ("d", "e", 0), ("d", "e", 0, "f"),
                              ("d", "e", 0, "f", "x", "y")}  # fmt: skip


def test_line_of__falls_back_to_the_nearest_ancestor():
    lines = lines_of(SCENARIO)
    assert line_of(lines, ("brands", "Ours", "programs", 1, "kind")) == 9
    assert line_of(lines, ("brands", "Ours", "programs", 1, "earn_rate", "x")) == 8
    assert line_of(lines, ("network", "kind")) is None
    assert line_of(lines, ()) is None


def test_longest_key_and_number__are_counted_outside_of_strings_and_comments():
    text = 'x = 1.5 # a.b.c.d\ny = """\na.b.c.d.e = 123456"""\n[p."q.r" . s]\nn = [-1_234, 0xABCDE, 12.3456789]\n'
    assert longest_key(text) == (3, 4)
    assert longest_number(text) == (7, 5)  # 0xABCDE with its mark


@pytest.mark.parametrize("opening, inside", [('"', '\\"'), ('"""', '\\"""'), ("'''", '"""\\')])
def test_longest_key__reads_what_is_not_closed_but_once(opening, inside):
    assert longest_key(opening + inside * 40_000) == (1, 1)
