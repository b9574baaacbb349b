"""What is wrong is told in one line each: file, line, key, what is possible, what was probably meant."""

import pytest

from loyaltysim import memory
from loyaltysim.scenario import Brand

PROMOTION = "[[brands.Rival.pricing]]\nkind = 'promotion_calendar'\n"
POINTS = "[[brands.Ours.programs]]\nkind = 'points'\n"
SWITCHING = "[behavior.choice]\nkind = 'switching'\n"

# What is added to the file (its first line is line 15), and what is told of it.
ADDED = {
    "an unknown table": (
        "[brnads.Ours]",
        '15: brnads: unknown setting "brnads"; there are: schema, title, focal, step_days, steps, burn_in, currency, '
        "population, network, behavior, word_of_mouth, brands, panel, "
        'accounts, metrics, uses. Did you mean "brands"?',
    ),
    "an unknown setting": (
        f"{POINTS}earn_rat = 2",
        '17: brands.Ours.programs.0.earn_rat: unknown setting "earn_rat"; there are: kind, name, enrollment, segments, '
        "from_week, generous, expiry, accrual, customer_response, reward, endowment, unit_cost, "
        'expected_breakage, earn_rate. Did you mean "earn_rate"?',
    ),
    "an unknown setting of a part inside a part": (
        f"{POINTS}reward = {{ kind = 'cash', valu = 3 }}",
        '17: brands.Ours.programs.0.reward.valu: unknown setting "valu"; there are: kind, threshold, value. '
        'Did you mean "value"?',
    ),
    "an unknown kind": (
        "[[brands.Ours.programs]]\n\nkind = 'pionts'",
        '17: brands.Ours.programs.0: no program of kind "pionts"; there are: club, copy, member_discount, play, '
        'points, stamps, surprise, tiers. Did you mean "points"?',
    ),
    "an unknown kind of a part inside a part": (
        f"{POINTS}[brands.Ours.programs.expiry]\nkind = 'inactive'",
        '18: brands.Ours.programs.0.expiry: no expiry of kind "inactive"; there are: fixed_dates, inactivity, none. '
        'Did you mean "inactivity"?',
    ),
    "a kind that is missing": (
        "[[brands.Ours.programs]]\nearn_rate = 2",
        "15: brands.Ours.programs.0: a program needs a kind; there are: club, copy, member_discount, play, points, "
        "stamps, surprise, tiers",
    ),
    "settings without a kind where none is usual": (
        "[network]\nmean_degree = 4",
        "15: network: a network needs a kind; there are: blocks, complete, configuration, edge_list, household, "
        "layers, none, random, reviews, scale_free, small_world",
    ),
    "an unknown distribution": (
        "[population.inertia]\ndistribution = 'gama'",
        '16: population.inertia: no distribution of kind "gama"; there are: beta, constant, gamma, lognormal, normal, '
        'uniform. Did you mean "gamma"?',
    ),
    "a trait without its distribution": (
        "[population.inertia]\nmean = 1",
        "15: population.inertia: a table for a trait needs a distribution; there are: beta, constant, gamma, "
        "lognormal, normal, uniform",
    ),
    "a number out of range": (
        f"{PROMOTION}depth = 2",
        "17: brands.Rival.pricing.0.depth: must be at most 1, was 2; 2 % is 0.02",
    ),
    "a trait out of range": (
        "[population.segments.A]\nneeds_per_week = -1",
        "16: population.segments.A.needs_per_week: must be at least 0, was -1",
    ),
    "a wrong type": (
        "[metrics]\nperiod_steps = 'long'",
        '16: metrics.period_steps: must be a whole number, was text "long"',
    ),
    "a table where a number goes": ("[brands.Ours.quality]", "15: brands.Ours.quality: must be a number, was a table"),
    "a fraction where a whole number goes": (
        "[metrics]\nperiod_steps = 2.5",
        "16: metrics.period_steps: must be a whole number, was 2.5",
    ),
    "not a number": ("[brands.C]\nprice = nan", "16: brands.C.price: must be a finite number, was nan"),
    "infinity": ("[brands.C]\nunit_cost = inf", "16: brands.C.unit_cost: must be a finite number, was inf"),
    "infinity for a trait": (
        "[population.segments.A]\ninertia = -inf",
        "16: population.segments.A.inertia: must be a finite number, was -inf",
    ),
    "shares that do not add up": (
        "[population.segments.A]\nshare = 0.7\n[population.segments.B]\nshare = 0.4",
        "15: population.segments: the shares of the segments must add up to 1, were 0.7 (A) + 0.4 (B) = 1.1",
    ),
    "a segment called all": (
        "[population.segments.all]",
        '15: population.segments: no segment may be called "all": that name stands for everybody in the results',
    ),
    "correlations that cannot be": (
        "[population.correlations]\n'inertia needs_per_week' = 0.9\n'inertia talkativeness' = 0.9\n"
        "'needs_per_week talkativeness' = -0.9",
        "15: population.correlations: no set of traits has these correlations: inertia needs_per_week = 0.9, inertia "
        "talkativeness = 0.9, needs_per_week talkativeness = -0.9",
    ),
    "a correlation of what is no trait": (
        "[population.correlations]\n'inertia price' = 0.9",
        '15: population.correlations: a correlation is named by two different traits, was "inertia price"; traits: '
        "needs_per_week, price_sensitivity, inertia, talkativeness, dropout_chance, cancel_chance, values_weight, "
        "online, category_exit, privacy_aversion, program_affinity",
    ),
    "an appeal of no brand": (
        "[population.segments.A.appeal]\nRivals = 1.0",
        '16: population.segments.A.appeal.Rivals: no brand is called "Rivals"; there are: Ours, Rival. '
        'Did you mean "Rival"?',
    ),
    "a matrix that is not square": (
        f"{SWITCHING}matrix = [[0.5, 0.5], [1.0]]",
        "17: behavior.choice.matrix: the matrix must be square: row 1 has 1 entries, and there are 2 rows",
    ),
    "a row of a matrix that does not add up": (
        f"{SWITCHING}matrix = [[0.5, 0.5], [0.5, 0.6]]",
        "17: behavior.choice.matrix: row 1 of the matrix must be chances that add up to 1, was [0.5, 0.6]",
    ),
    "a matrix for another number of brands": (
        f"{SWITCHING}matrix = [[1.0]]",
        "17: behavior.choice.matrix: the matrix has 1 rows, and there are 2 brands",
    ),
    "a matrix that is missing": (SWITCHING, "15: behavior.choice.matrix: missing, and there is no default"),
    "too many brands": (
        "".join(f"[brands.B{n}]\n" for n in range(31)),
        "9: brands: must have at most 32 items, not 33",
    ),
    "a brand without a name": ("[brands.'']", "9: brands: a brand needs a name"),
    "a promise that there is not": (
        "[[brands.Ours.programs]]\nkind = 'stamps'\nreading = 'n_then_extra'",
        '17: brands.Ours.programs.0.reading: there is no choice "n_then_extra"; there are: nth_is_rewarded, '
        'n_then_one_extra. Did you mean "n_then_one_extra"?',
    ),
    "a promise that cannot be kept": (
        "[[brands.Ours.programs]]\nkind = 'stamps'\nn = 1",
        '15: brands.Ours.programs.0: with reading "nth_is_rewarded" n must be at least 2: the very first purchase '
        "cannot be rewarded",
    ),
    "a promotion longer than its rhythm": (
        f"{PROMOTION}weeks = 9",
        "15: brands.Rival.pricing.0: a promotion of 9 weeks does not fit into a rhythm of 8 weeks",
    ),
    "a promotion that ends before it begins": (
        f"{PROMOTION}from_week = 9\nuntil_week = 8",
        "15: brands.Rival.pricing.0: from_week (9) must be before until_week (8)",
    ),
    "a period longer than the run": (
        "[metrics]\nperiod_steps = 52",
        "16: metrics.period_steps: a period of 52 steps does not fit into a run of 26; 0: no periods",
    ),
    "more neighbors than customers": (
        "[network]\nkind = 'random'\nmean_degree = 60",
        "15: network: mean_degree 60 needs more than 60 customers, there are 60",
    ),
    "satisfaction without experiences": (
        "[behavior]\nsatisfaction = 'level'",
        '16: behavior.satisfaction: satisfaction model "level" needs experiences: set behavior.experience',
    ),
    "a table that is there twice": ("[brands.Ours]", "15: is not valid TOML: the table brands.Ours is given twice"),
    "a setting that is there twice": (
        "[metrics]\nstates_every = 1\nstates_every = 2",
        "17: is not valid TOML: the setting states_every is given twice",
    ),
    "no TOML": ("[metrics]\nstates_every = yes", "16: is not valid TOML: Invalid value; write true"),
    "an end in the middle": ("[metrics\n", "15: is not valid TOML: Expected ']' at the end of a table declaration"),
}


@pytest.mark.parametrize(("added", "line"), ADDED.values(), ids=ADDED)
def test_faults__have_file_line_key_and_what_would_do(command, here, base, added, line):
    (here / "mine.toml").write_text(f"{base}\n{added}\n")
    done = command("check", "mine.toml")
    assert (done.code, done.out, done.err) == (2, "", f"mine.toml:{line}\n")


# What is put in place of something in the file, and what is told.
CHANGED = {
    "the wrong focal brand": (
        '"Ours"',
        '"Our"',
        '2: focal: no brand is called "Our"; there are: Ours, Rival. Did you mean "Ours"?',
    ),
    "another table for the brands": (
        "brands",
        "brand",
        ' brands: missing, and there is no default\nmine.toml:9: brand: unknown setting "brand"; there are: ',
    ),
    "another format": ("schema = 1", "schema = 2", "1: schema: there is no choice 2; there are: 1"),
    "no steps": ("steps = 26", "steps = 0", "3: steps: must be at least 1, was 0"),
    "a file that is missing": (
        "schema = 1",
        'extends = "reefrence"',
        '1: extends: cannot extend "reefrence": there is no such file, nor a scenario of that name; there are: ',
    ),
    "a file that extends itself": (
        "schema = 1",
        'extends = "mine.toml"',
        "1: extends: the file extends itself: mine.toml → mine.toml",
    ),
    "extends that is no text": (
        "schema = 1",
        "extends = 3",
        "1: extends: must be the path or name of a scenario, was 3",
    ),
    "a module that is missing": (
        "schema = 1",
        'uses = ["mine"]',
        "1: uses.0: there is no file mine.py beside the scenario",
    ),
}


@pytest.mark.parametrize(("old", "new", "line"), CHANGED.values(), ids=CHANGED)
def test_faults__of_what_is_there_too(command, here, base, old, new, line):
    (here / "mine.toml").write_text(base.replace(old, new))
    done = command("check", "mine.toml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"mine.toml:{line}")


def test_faults__of_a_file_whose_base_is_missing_are_those_that_no_base_would_mend(command, here):
    """What a base may give, or settings that go together, are not judged."""
    right = "[network]\nmean_degree = 4\n[brands.Mine]\nquality = 1\n[behavior]\nexperience = 'my_kind'\n"
    wrong = (
        "[population]\nn_customers = -5\n[[brands.Mine.pricing]]\ndepth = 0.2\n[behavior.choice]\nkind = 'switchng'\n"
    )
    (here / "mine.toml").write_text(f"extends = 'grocry'\nfocal = 'Mine'\ntitel = 'x'\nsteps = 'many'\n{right}{wrong}")
    found = [(one["line"], one["key"]) for one in command("check", "mine.toml", "--json").json["faults"]]
    assert found == [(1, "extends"), (3, "titel"), (4, "steps"), (12, "population.n_customers"),
                     (13, "brands.Mine.pricing.0"), (16, "behavior.choice")]  # fmt: skip


def test_faults__a_ring_of_files_is_told_with_its_files(command, here):
    for one, other in ("ab", "bc", "ca"):
        (here / f"{one}.toml").write_text(f'extends = "{other}.toml"')
    assert (
        "c.toml:1: extends: the file extends itself: a.toml → b.toml → c.toml → a.toml"
        in command("check", "a.toml").err
    )


def test_faults__of_an_extended_file_have_its_name_and_line(command, here, base):
    (here / "below.toml").write_text(base.replace("price = 2.0", "prise = 2.0"))
    (here / "mine.toml").write_text('extends = "below.toml"\nsteps = "many"\n')
    done = command("check", "mine.toml")
    assert [line.partition(": ")[0] for line in done.err.splitlines()] == ["below.toml:10", "mine.toml:2", "2 faults"]


def test_faults__are_told_all_at_once_what_is_wrong_alone_and_what_together(command, here, base):
    text = base.replace("price = 2.0", "prise = 2.0").replace('"Ours"', '"Our"').replace("= 60", "= -5")
    (here / "mine.toml").write_text(f"{text}[population.segments.A]\nshare = 0.7\n")
    keys = [fault["key"] for fault in command("check", "mine.toml", "--json").json["faults"]]
    assert keys == ["focal", "population.n_customers", "brands.Ours.prise", "population.segments"]


def test_faults__that_come_from_other_faults_are_not_told(command, here, base):
    behavior, network = "experience = 'nrmal'\nsatisfaction = 'level'", "kind = 'random'\nmean_degree = 70"
    text = f"{base}[behavior]\n{behavior}\n[network]\n{network}\n"
    (here / "mine.toml").write_text(text.replace("= 60", "= 'many'"))
    keys = [fault["key"] for fault in command("check", "mine.toml", "--json").json["faults"]]
    assert keys == ["population.n_customers", "behavior.experience"]


def test_faults__as_json_have_all_parts(command, here, base):
    (here / "mine.toml").write_text(base.replace("price = 2.0", "prise = 2.0"))
    done = command("run", "mine.toml", "--json", "--out", "results")
    assert (done.code, done.err) == (2, "")
    assert done.json == {
        "ok": False,
        "faults": [
            {
                "file": "mine.toml",
                "line": 10,
                "key": "brands.Ours.prise",
                "message": 'unknown setting "prise"',
                "choices": list(Brand.model_fields),
                "nearest": "price",
            }
        ],
    }
    assert not (here / "results").exists()


def test_faults__a_missing_file_and_a_folder(command, here):
    (here / "folder").mkdir()
    (here / "mine.toml").write_text("")
    choices = "; there are: "
    assert command("check", "mine.tml").err.startswith(
        f"mine.tml: there is no such file, nor a scenario of that name{choices}"
    )
    assert command("check", "mine.tml").err.endswith('Did you mean "mine.toml"?\n')
    assert command("run", "refrence").err.endswith('Did you mean "reference"?\n')
    assert command("check", "folder").err.startswith(f"folder: is a folder, not a scenario file{choices}")
    (here / "odd.toml").mkdir()
    assert "Did you mean" not in command("check", "odd.toml").err
    assert command("check", "x" * 300).err.startswith(f"{'x' * 300}: cannot be read: File name too long")


def test_faults__a_file_that_is_no_text(command, here):
    (here / "mine.toml").write_bytes(b"schema = 1\ntitle = '\xff'\n")
    assert command("check", "mine.toml").err == "mine.toml:2: is not UTF-8 text (byte 20): save it as UTF-8\n"
    (here / "mine.toml").write_text(f"a = {'[' * 5000}")
    assert command("check", "mine.toml").err.startswith("mine.toml: is not valid TOML: too many tables or lists")
    (here / "mine.toml").write_text(f"{'.'.join('a' * 5000)} = 1")
    assert command("check", "mine.toml").err == "mine.toml:1: a key of 5,000 names; at most 64 are read\n"


def test_faults__names_cannot_write_to_the_terminal(command, here, base):
    (here / "mine.toml").write_text(base.replace('"Ours"', '"[red]\\u001b[31m"').replace("schema = 1", "title = '[b]'"))
    done = command("check", "mine.toml")
    assert 'no brand is called "[red]' in done.err and "\x1b" not in done.err


SET = {
    "no path": ("price", '--set: must be PATH=VALUE, was "price"'),
    "no such path": ("brands.Ours.prise=2", 'unknown setting "prise"; there are: price'),
    "no such brand": (
        "brands.Our.price=2",
        '--set: brands.Our: there is no "Our" (of the path brands.Our.price); there are: Ours, Rival. '
        'Did you mean "Ours"?',
    ),
    "no such place": (
        "brands.Rival.pricing.1.depth=.2",
        "--set: brands.Rival.pricing.1: the list is empty (of the path brands.Rival.pricing.1.depth)",
    ),
    "an ill-formed path": ("brands..price=2", '--set: "brands..price" is not a path; a path is names with dots'),
    "a wrong type": ("steps=many", '--set: steps: must be a whole number, was text "many"'),
    "out of range": ("steps=0", "--set: steps: must be at least 1, was 0"),
    "a contradiction": ("focal=Nobody", '--set: focal: no brand is called "Nobody"; there are: Ours, Rival'),
}


@pytest.mark.parametrize(("change", "line"), SET.values(), ids=SET)
def test_faults__of_a_change(command, here, base, change, line):
    (here / "mine.toml").write_text(base)
    done = command("run", "mine.toml", "--set", change)
    assert (done.code, done.out) == (2, "")
    assert line in done.err
    assert len(done.err.splitlines()) == 1


def test_faults__that_may_hang_on_a_wrong_setting_wait_until_it_is_mended_and_others_do_not(command, here):
    wrong = '[behavior.bond]\nfading = -1\n[population]\nn_customers = 0\n[[brands.Ours.levers]]\nkind = "win_back"\n'
    right = wrong.replace("fading = -1", "fading = 0.01")
    bond, people, lever = "behavior.bond.fading", "population.n_customers", "brands.Ours.levers.0"
    for text, keys in ((wrong, [bond, people]), (right, [people, lever])):
        (here / "mine.toml").write_text(f'extends = "grocery"\n{text}')
        told = command("check", "mine.toml", "--json").json["faults"]
        assert [fault["key"] for fault in told] == keys


def test_faults__says_that_a_change_mends_no_file(command, here, base):
    (here / "mine.toml").write_text(base.replace("schema = 1", "schema = 1\nbrunin = 3"))
    alone, changed = (command("check", "mine.toml", *more) for more in ((), ("--set", "steps=20")))
    assert alone.code == changed.code == 2 and "brunin" in alone.err and "--set" not in alone.err
    why = "--set: nothing was changed: the file has the faults told here without any change; mend it first\n"
    assert changed.err.startswith(alone.err + why)
    (here / "broken.toml").write_text("= 1\n")
    assert "--set" not in command("check", "broken.toml", "--set", "steps=20").err


OPTIONS = {
    "a negative seed": (("--seed", "-1"), "--seed: must be a whole number from 0 to 2**63 - 1, was '-1'"),
    "a seed that is text": (("--seed", "lucky"), "--seed: must be a whole number from 0 to 2**63 - 1, was 'lucky'"),
    "a seed that is too large": (("--seed", 2**63), "--seed: must be a whole number from 0 to 2**63 - 1"),
    "no replications": (("--replications", 0), '--replications: must be a whole number from 1 to 10000000, was "0"'),
    "half a replication": (
        ("--replications", 0.5),
        '--replications: must be a whole number from 1 to 10000000, was "0.5"',
    ),
    "no threads": (("--threads", 0), '--threads: must be a whole number from 1 to 1024, was "0"'),
    "a log and no folder": (("--log",), "--log: needs --out: the log is a file of that folder"),
}


@pytest.mark.parametrize(("words", "line"), OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", ["run", "compare"])
def test_faults__of_options(command, small, name, words, line):
    done = command(name, small, *([small] if name == "compare" else []), *words)
    assert (done.code, done.out) == (2, "")
    assert line in done.err


def test_faults__of_options_and_of_the_file_are_told_together(command, here):
    done = command("run", "nowhere", "--seed", "x", "--replications", "0", "--set", "y")
    places = [line.partition(":")[0] for line in done.err.splitlines()]
    assert places == ["--seed", "--replications", "--set", "nowhere", "4 faults"]


def test_faults__of_a_command_line_that_cannot_be_read(command):
    assert command("run").code == 2
    assert command("rnu", "grocery").code == 2
    done = command("run", "--jsn", "--json", "grocery")
    assert done.code == 2 and done.json["ok"] is False and "--jsn" in done.json["faults"][0]["message"]


def test_faults__a_folder_that_is_not_empty(command, here, small):
    (here / "results").mkdir()
    (here / "results" / "mine.txt").write_text("mine")
    done = command("run", small, "--out", "results")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        '--out: "results" is not empty, and has no manifest.json of results to replace: name a new folder\n'
    )
    assert [path.name for path in (here / "results").iterdir()] == ["mine.txt"]


def test_faults__a_folder_that_cannot_be_made(command, here, small):
    (here / "file").write_text("")
    assert command("run", small, "--out", "file").err == '--out: "file" is no folder\n'
    assert (
        command("run", small, "--out", "file/results").err == '--out: cannot write to "file/results": Not a directory\n'
    )


def test_faults__a_folder_without_permission(command, here, small, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    done = command("run", small, "--out", "results")
    assert (done.code, done.err) == (2, '--out: cannot write to "results": Permission denied\n')


def test_faults__a_run_that_needs_more_memory_than_there_is(command, here, small, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10**9)
    changes = ("--set", "population.n_customers=10_000_000", "--set", "network.mean_degree=200")
    done = command("run", small, *changes, "--out", "results")
    assert done.code == 2
    # 2 · 8 bytes a customer and 12 a tie, of which there are 100 a customer
    assert done.err.startswith("small.toml:21: network: the run needs about 13 GB of memory (")
    assert "12 GB for network" in done.err and "1.0 GB are free" in done.err
    assert command("check", small, *changes).code == 2
    assert command("compare", small, small, *changes).code == 2
    assert not (here / "results").exists()


def test_faults__a_malformed_edge_list_is_told_line_by_line(command, here, small):
    text = (here / small).read_text().replace('kind = "random"', 'kind = "edge_list"\nfile = "ties.csv"')
    (here / "mine.toml").write_text(text)
    missing = command("check", "mine.toml")
    assert missing.err == "ties.csv: network.file: cannot be read: No such file or directory\n"
    (here / "ties.csv").write_text("from,to\n0,1\n1,1\n2,999\n1,0\n")
    for name in ("check", "run"):
        done = command(name, "mine.toml")
        assert done.code == 2
        assert [line.partition(": ")[0] for line in done.err.splitlines()[:3]] == [
            "ties.csv:3",
            "ties.csv:4",
            "ties.csv:5",
        ]
        assert "ties.csv:4: network.file: to: no customer '999', customers are 0 to 199" in done.err


def test_faults__a_malformed_layer_is_told_line_by_line(command, here, small):
    layers = 'kind = "layers"\nlayers = [{ kind = "household" }, { kind = "edge_list", file = "ties.csv" }]'
    text = (here / small).read_text().replace('kind = "random"', layers)
    (here / "mine.toml").write_text(text)
    (here / "ties.csv").write_text("from,to,strength\n0,1,1\n1,1,1\n2,0\n3,0,heavy\n")
    done = command("check", "mine.toml")
    assert done.code == 2
    key = "network.layers.1.file"
    assert done.err.splitlines() == [
        f"ties.csv:3: {key}: customer 1 is tied to itself",
        f"ties.csv:4: {key}: has 2 values, not 3",
        f"ties.csv:5: {key}: strength: must be a number above 0 and at most 8, was 'heavy'",
        "3 faults",
    ]
    (here / "ties.csv").write_text("one,two\n0,1\n")
    done = command("check", "mine.toml")
    assert (done.code, done.err) == (2, f"ties.csv:1: {key}: the first line must be from,to or from,to,strength\n")


def test_faults__of_a_file_that_is_used(command, here, base):
    (here / "mine.py").write_text("import math\nmath.nothing()\n")
    (here / "mine.toml").write_text(f'uses = ["mine"]\n{base}')
    done = command("check", "mine.toml")
    assert done.code == 2
    assert done.err.startswith("mine.toml:1: uses.0: importing mine.py failed in line 2: AttributeError: ")


def test_faults__of_targets(command):
    done = command("validate", "D1", "D01", "Z9")
    assert done.code == 2 and done.out == ""
    assert 'no target is called "D01"; there are: D1, D2' in done.err and 'Did you mean "D1' in done.err


def test_faults__of_a_comparison(command, here, small, base):
    assert command("compare", small).err == "comparing needs at least two scenarios\n"
    other = base.replace("Ours", "Theirs")
    (here / "other.toml").write_text(other)
    done = command("compare", small, "other.toml")
    assert (done.code, done.err) == (
        2,
        'other: brands: lacks "Ours", the focal brand of "small"; there are: Theirs, Rival\n',
    )
    done = command("compare", small, small, "--baseline", "samll")
    assert (done.code, done.out) == (2, "") and 'baseline: no scenario "samll"; there are: small 1, small 2' in done.err
