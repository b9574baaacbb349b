"""`loyaltysim program-value`: a table for reading, one JSON object, and plain faults."""

SMALL = ["--set", "population.n_customers=300", "--set", "steps=52", "--set", "burn_in=26", "--replications", "2"]


def test_program_value__prints_profit_and_loss_and_who_benefits(command):
    told = command("program-value", "grocery", *SMALL)
    assert told.code == 0
    for words in (
        "What Ours's program brought in 52 weeks",
        "= margin",
        "Who benefits",
        "heavy",
        "Each EUR of rewards",
    ):
        assert words in told.out
    assert "fees" not in told.out


def test_program_value__as_json_has_the_frames(command):
    found = command("program-value", "grocery", *SMALL, "--json").json
    assert found["command"] == "program-value" and found["replications"] == 2
    parts = {row["part"]: row for row in found["parts"]}
    assert {"margin", "liability", "return_on_cost"} <= set(parts) and parts["margin"]["unit"] == "EUR"
    assert {row["group"] for row in found["groups"]} == {"none", "light", "medium", "heavy"}


def test_program_value__of_one_replication_has_no_interval(command):
    told = command("program-value", "grocery", *SMALL[:-1], "1")
    assert told.code == 0 and "nan" not in told.out


def test_program_value__of_no_program_is_a_plain_fault(command):
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs=[]")
    assert told.code == 2 and told.out == "" and '"Ours" has no program' in told.err and "Traceback" not in told.err
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs=[]", "--json")
    assert told.code == 2 and "no program" in told.json["faults"][0]["message"]


def test_program_value__of_a_program_that_gives_nothing_says_so(command):
    told = command("program-value", "grocery", *SMALL, "--set", "brands.Ours.programs.0.reward.threshold=1e7")
    assert told.code == 0 and "handed out nothing" in told.out
