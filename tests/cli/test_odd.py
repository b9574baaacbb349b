"""`loyaltysim odd`: on stdout or in a file; faults end with 2."""

import pytest


@pytest.mark.slow
def test_odd__prints_or_writes_the_same(command, here, small):
    printed = command("odd", small)
    assert printed.code == 0 and printed.err == "" and printed.out.startswith("# ODD: a scenario\n")
    done = command("odd", small, "--out", "model.md")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (here / "model.md").read_text("utf-8") == printed.out


def test_odd__replaces_a_file_only_when_told_to(command, here, small):
    (here / "model.md").write_text("mine")
    done = command("odd", small, "--out", "model.md")
    assert done.code == 2 and done.err == '--out: "model.md" is there already; --overwrite replaces it\n'
    assert (here / "model.md").read_text() == "mine"
    assert command("odd", small, "--out", "model.md", "--overwrite").code == 0
    assert (here / "model.md").read_text("utf-8").startswith("# ODD")


def test_odd__tells_all_faults_at_once(command, here):
    (here / "bad.toml").write_text("schema = 1\nstepps = 3\n[brands.Ours]\nprice = -1\n")
    done = command("odd", "bad.toml", "--out", "nowhere/model.md")
    assert done.code == 2
    assert 'there is no folder "nowhere"' in done.err and "bad.toml:2: stepps" in done.err
    assert "bad.toml:4: brands.Ours.price: must be at least 0" in done.err


def test_odd__takes_changes(command, small):
    text = command("odd", small, "--set", "brands.Ours.price=2.75").out
    assert "| `brands.Ours.price` | `2.75` |" in text
