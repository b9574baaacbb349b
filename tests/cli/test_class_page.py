"""The page docs/class.md: its commands, in their order, on a smaller market."""

import re
import shlex

import pytest


@pytest.mark.slow
def test_class_page__its_commands_play_a_class(command, here, code_of):
    (toml,) = code_of("docs/class.md", "toml")
    lines = [line for block in code_of("docs/class.md", "sh") for line in block.splitlines()]
    assert len(lines) == 6
    for line in lines:
        name, *words = shlex.split(line)
        assert name == "loyaltysim"
        done = command(*words)
        assert done.code == 0, f"{line}\n{done.err}"
        if words[1] == "new":
            rules = here / "game" / "class.toml"
            text = rules.read_text("utf-8").replace("replications = 20", "replications = 2")
            rules.write_text(text.replace("= 2000", "= 200\nburn_in = 13"), "utf-8")
            (here / "game" / "round_1" / "Blue.toml").write_text(toml, "utf-8")
        if words[1] == "check":
            assert done.out.splitlines()[1:] == ["  Amber: ok", "  Blue: ok", "  Cyan: ok"]
    assert {"leaderboard.html", "debrief.html"} <= {path.name for path in (here / "game").iterdir()}
    assert "What each program was worth" in done.out and done.err.endswith("came to the same, to the bit.\n")


def test_class_page__names_settings_that_there_are(repository):
    from loyaltysim.classroom.rules import Rules

    page = (repository / "docs" / "class.md").read_text("utf-8")
    (table,) = re.findall(r"\| Setting .*?\n\n", page, re.S)
    named = re.findall(r"`\[?(\w+)\]?`", "".join(row.split("|")[1] for row in table.splitlines()[2:] if row))
    assert named and set(named) <= set(Rules.model_fields)
