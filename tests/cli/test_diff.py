"""`loyaltysim diff`: what two scenarios say otherwise."""


def test_diff__tells_every_setting_that_differs(command, small):
    done = command("diff", small, small, "--set", "brands.Ours.price=2.5", "--set", "brands.Rival.pricing.0.depth=0.3")
    assert done.code == 0
    rows = [line.split() for line in done.out.splitlines()]
    assert ["brands.Ours.price", "2.0", "2.5"] in rows
    assert ["brands.Rival.pricing.0.depth", "0.2", "0.3"] in rows  # the first has it at its default


def test_diff__of_one_and_the_same(command, small):
    assert command("diff", small, small).out == "The two say the same.\n"


def test_diff__shows_what_only_one_has(command, here, base):
    (here / "plain.toml").write_text(base)
    (here / "more.toml").write_text(base + '\n[[brands.Ours.programs]]\nkind = "points"\n')
    done = command("diff", "plain.toml", "more.toml", "--json")
    kinds = {row["path"]: (row["first"], row["second"]) for row in done.json["differences"]}
    assert kinds["brands.Ours.programs.0.kind"] == (None, "points")


def test_diff__tells_faults_of_both_at_once(command, here, base):
    (here / "one.toml").write_text(base.replace("price = 2.0", "prise = 2.0"))
    (here / "two.toml").write_text(base.replace("steps = 26", "steps = 0"))
    done = command("diff", "one.toml", "two.toml")
    assert done.code == 2 and done.out == ""
    assert "one.toml:10" in done.err and "two.toml:3" in done.err and "2 faults" in done.err
