"""Programs that contradict themselves: `check` and `run` refuse them alike, with line and reason, whatever the kind."""

import pytest

from loyaltysim.programs import Program

COUNTING = {"points": "", "stamps": "n = 6\n"}
OF_ALL = {
    # what is added to a program of any kind, and what is said of it
    "a segment that is none": ('segments = ["Some"]', 'brands.Ours.programs.0.segments: no segment is called "Some"'),
    "taste that nobody has": (
        'enrollment = { kind = "opt_in", by_taste = 1.0 }',
        "brands.Ours.programs.0.enrollment.by_taste: nobody has tastes, was 1: set population.taste, or 0",
    ),
}
OF_COUNTING = {
    "a threshold below the endowment": ("endowment = 500", "brands.Ours.programs.0: endowment 500 is a reward already"),
    "an expiry shorter than a step": (
        'expiry = { kind = "inactivity", weeks = 0.5 }',
        "brands.Ours.programs.0: expiry.weeks of 0.5 weeks is shorter than a step of 1 week",
    ),
    "dates closer than a step": (
        'expiry = { kind = "fixed_dates", every_weeks = 0.5 }',
        "brands.Ours.programs.0: expiry.every_weeks of 0.5 weeks is shorter than a step of 1 week",
    ),
    "a reward dearer than what earns it": (
        'reward = { kind = "gift_card", face_value = 2000 }',
        "brands.Ours.programs.0: a reward costs 2000, more than the",
    ),
    "more off than the price": (
        'reward = { kind = "amount_off", amount = 3 }',
        "brands.Ours.programs.0: reward.amount of 3 is more than the list price of 2, which is all that can be taken",
    ),
    "a calendar that overlaps itself": (
        'accrual = { kind = "calendar", weeks = 3, every_weeks = 2 }',
        "brands.Ours.programs.0.accrual: 3 weeks do not fit into a rhythm of 2 weeks",
    ),
}
OF_ONE = {
    "a tier below the one before it": (
        "tiers",
        "tiers = [{ threshold = 50 }, { threshold = 40 }]",
        "brands.Ours.programs.0: tier 2 must begin above tier 1, which begins at 50, was 40",
    ),
    "a tier that gives less": (
        "tiers",
        "tiers = [{ threshold = 50, utility = 1 }, { threshold = 60 }]",
        "brands.Ours.programs.0: tier 2 gives its members less than tier 1 does",
    ),
    "a window shorter than a step": (
        "tiers",
        "window_weeks = 0.5",
        "brands.Ours.programs.0: window_weeks of 0.5 weeks",
    ),
    "a term shorter than a step": ("club", "term_weeks = 0.5", "brands.Ours.programs.0: term_weeks of 0.5 weeks is"),
    "gifts dearer than a unit": (
        "surprise",
        "chance = 1\ncost_each = 3",
        "brands.Ours.programs.0: a unit sells at 2, and what the program gives with it costs 3 on average: if that",
    ),
    "prizes dearer than a unit": ("play", "lottery_chance = 1", "brands.Ours.programs.0: a unit sells at 2, and what"),
    "more than all off": (
        "member_discount",
        "percent = 101",
        "brands.Ours.programs.0.percent: must be at most 100, was 101",
    ),
}
OWN = [kind for kind, of in Program.kinds.items() if of.__module__.startswith("loyaltysim.")]
SHIPPED = sorted({*OWN} - {"copy"})  # what a copy may be told of is in test_launches.py
FAULTS = [
    *((kind, *fault) for kind in SHIPPED for fault in OF_ALL.values()),
    *((kind, *fault) for kind in COUNTING for fault in OF_COUNTING.values()),
    *OF_ONE.values(),
]


@pytest.mark.parametrize(("kind", "given", "said"), FAULTS)
def test_faults__of_programs_are_told_by_check_and_run(command, here, base, kind, given, said):
    text = f'{base}\n[[brands.Ours.programs]]\nkind = "{kind}"\n{COUNTING.get(kind, "")}'
    (here / "mine.toml").write_text(f"{text}{given}\n")
    told = [command(word, "mine.toml") for word in ("check", "run")]
    for done in told:
        assert (done.code, done.out) == (2, "")
        place, _, reason = done.err.partition(": ")
        assert place.startswith("mine.toml:") and int(place.partition(":")[2]) > base.count("\n")
        assert reason.startswith(said) and done.err.count("\n") == 1
    assert told[0].err == told[1].err
    (here / "mine.toml").write_text(text)
    assert command("check", "mine.toml").code == 0


REMARKS = {
    'kind = "points"\nearn_rate = 0': "does nothing: an earn_rate of 0 earns no points",
    'kind = "play"': "does nothing: no game is on: set streak_utility or badge_every or lottery_chance",
    'kind = "tiers"\ntiers = [{ threshold = 50 }]': "does nothing: no tier gives its members anything: set percent_off "
    "or utility",
    'kind = "tiers"\ntiers = [{ threshold = 5, utility = 1 }, { threshold = 9, utility = 1, name = "Gold" }]': "has "
    'one tier too many: tier "Gold" gives its members what tier 1 does',
    'kind = "member_discount"\npercent = 0': "does nothing: a percent of 0 takes nothing off",
    'kind = "points"\nexpected_breakage = 1': "owes nothing: expected_breakage is 1, though balances are never lost: "
    "set expiry, or expect less",
    'kind = "stamps"\nreward = { kind = "cash", value = 1, threshold = 20 }': "does not read reward.threshold: stamps "
    "count to n, here 10",
}


@pytest.mark.parametrize("given", REMARKS)
def test_check__says_what_a_program_does_not_do(command, here, base, given):
    (here / "mine.toml").write_text(f"{base}\n[[brands.Ours.programs]]\n{given}\n")
    done = command("check", "mine.toml")
    assert (done.code, done.err) == (0, f"brands.Ours.programs.0 {REMARKS[given]}.\n")


def test_faults__that_a_change_brings_are_told_too(command, here, base):
    (here / "mine.toml").write_text(
        f'{base}\n[[brands.Ours.programs]]\nkind = "stamps"\nreward = {{ kind = "amount_off", amount = 1.5 }}\n'
    )
    assert command("check", "mine.toml").code == 0
    done = command("run", "mine.toml", "--set", "brands.Ours.price=1")
    assert done.code == 2 and "reward.amount of 1.5 is more than the list price of 1" in done.err
