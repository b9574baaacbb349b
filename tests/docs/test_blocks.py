"""Every block of code of the pages runs in some test, and every command line names what there is."""

import re
import shlex

import pytest
import typer

from loyaltysim.cli import app

RUN_BY = {
    "README.md": ({"python"}, "docs/test_blocks.py"),
    "docs/calibration.md": ({"pycon", "toml"}, "study/test_calibration_page.py"),
    "docs/class.md": ({"sh", "toml"}, "cli/test_class_page.py"),
    "docs/data.md": ({"csv", "pycon"}, "data/test_page.py"),
    "docs/gallery.md": ({"python"}, "docs/test_site.py"),
    "docs/guide.md": ({"sh", "toml"}, "cli/test_guide.py"),
    "docs/levers.md": ({"toml"}, "study/test_advice.py"),
    "docs/many_futures.md": ({"python"}, "study/test_many_futures_page.py"),
    "docs/studies.md": ({"python"}, "study/test_studies_page.py"),
    "docs/your_own_program.md": ({"python", "toml"}, "programs/test_from_outside.py"),
}
"""By page: the languages of its blocks, and the test that runs all of them."""
DIRECTIVES = {"{toctree}"}
CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`", re.M | re.S)
COMMAND = re.compile(r"^(?:\S*bin/)?loyaltysim ([a-z][^#|>\n]*)", re.M)


@pytest.fixture(scope="module")
def pages(repository) -> dict[str, str]:
    """Every page that people read first, by its path."""
    found = [*repository.glob("*.md"), *repository.glob("docs/*.md"), *repository.glob("benchmarks/*.md")]
    found += repository.glob("experiments/*/README.md")
    return {path.relative_to(repository).as_posix(): path.read_text("utf-8") for path in sorted(found)}


def test_pages__every_block_with_a_language_is_run_by_a_test(repository, pages):
    told = {page: set(re.findall(r"^```(\S+)$", text, re.M)) - DIRECTIVES for page, text in pages.items()}
    assert {page: languages for page, languages in told.items() if languages} == {
        page: languages for page, (languages, _) in RUN_BY.items()
    }
    for page, (_, test) in RUN_BY.items():
        assert page.split("/")[-1] in (repository / "tests" / test).read_text("utf-8"), test


@pytest.mark.slow
def test_readme__its_python_runs(code_of, tmp_path, monkeypatch, capsys):
    """With fewer replications: what it prints is not asserted, but that it prints what it says."""
    monkeypatch.chdir(tmp_path)
    blocks, names = code_of("README.md", "python"), {}
    assert "replications=10" in blocks[0]
    for block in blocks:
        exec(compile(block.replace("replications=10", "replications=2"), "README.md", "exec"), names)
    assert list(names["effects"].loc[["retention_rate", "share", "margin"]].index)
    assert names["effects"].loc["share", "effect"] < 0, "a rival's deeper discount costs share"
    assert (tmp_path / "shares.svg").is_file()
    assert "hazard" in capsys.readouterr().out


def test_pages__commands_and_their_options_are_there(pages):
    tree = typer.main.get_command(app)
    code = [(page, block or span) for page, text in pages.items() for block, span in CODE.findall(text)]
    said = [(page, line.strip()) for page, text in code for line in COMMAND.findall(text)]
    assert len(said) > 40
    wrong = [f"{page}: loyaltysim {line}" for page, line in said if unknown(tree, line)]
    assert not wrong


def unknown(tree, line):
    """The first word of a command line that names no command or option; empty if all do."""
    words = shlex.split(line.replace("…", ""))
    command = tree
    while words and hasattr(command, "commands"):
        command = command.commands.get(words[0])
        if command is None:
            return words[0]
        words = words[1:]
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    return next((word for word in words if word.startswith("--") and word.split("=")[0] not in options), "")


def test_commands__that_are_not_there_are_found():
    tree = typer.main.get_command(app)
    assert unknown(tree, "rum grocery") == "rum"
    assert unknown(tree, "run grocery --sets a=1") == "--sets"
    assert unknown(tree, "run grocery --set a=1 --out answer") == ""
