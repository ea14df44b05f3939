"""Finding the line of a key again."""

from __future__ import annotations

from hunter_core.rules.lines import Lines

TEXT = '''# don't take [this for a value
name = "x # no comment"   # one
empty = ""

[curve]
thresholds = [
  0, # zero
  10,
  "]",
]
after = { a = [1, 2], b = "}" }

[ranks."quoted name"]
text = """
[not.a.table]
key = 1 ""\\""""
literal = \'\'\'
x = [ \'\'\'
last.dotted."key" = 3
[[list]]
a = 1
  [[list]]
  b = \'[\'
\tc=1'''


def test_each_key_is_found_on_its_line() -> None:
    lines = Lines(TEXT, "x.toml")
    expected = {
        ("name",): 2,
        ("empty",): 3,
        ("curve",): 5,
        ("curve", "thresholds"): 6,
        ("curve", "after"): 11,
        ("ranks", "quoted name"): 13,
        ("ranks", "quoted name", "text"): 14,
        ("ranks", "quoted name", "literal"): 17,
        ("ranks", "quoted name", "last", "dotted", "key"): 19,
        ("list",): 20,
        ("list", "a"): 21,
        ("list", "b"): 23,
        ("list", "c"): 24,
    }
    assert {path: lines.line(path) for path in expected} == expected


def test_what_lies_inside_a_value_is_found_where_the_value_is() -> None:
    lines = Lines(TEXT, "x.toml")
    assert lines.line(("curve", "after", "a", "b")) == 11
    assert lines.line(("curve", "gone")) == 5
    assert lines.line(("gone", "curve")) == 1
    assert lines.known(("curve", "after", "a", "b")) == 2
    assert not lines.known(("not", "a", "table"))
