"""Time what `grocery` costs a step beside the reference, part by part: ``python benchmarks/grocery.py [CUSTOMERS]``.

Variants take turns in one process; each turn steps a market that has run for a year on from there. Ratios are medians
over the rounds of ratios within a round.
"""

from statistics import median
from time import perf_counter
from typing import Any

from asked import asking, where, whole

from loyaltysim import Simulation, load
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import LEVERS

ROUNDS, STEPS, BEFORE = 7, 12, 52
PROGRAMS: dict[str, list[dict[str, Any]]] = {
    "stamps": [{"kind": "stamps", "n": 10}],
    "member discount": [{"kind": "member_discount"}],
    "tiers": [{"kind": "tiers"}],
    "club": [{"kind": "club"}],
    "play": [{"kind": "play"}],
    "surprise": [{"kind": "surprise", "cost_each": 0.5}],
}
EVERYTHING: dict[str, Any] = {
    "population.values_weight": {"distribution": "normal", "mean": 0.3, "sd": 0.3},
    "population.online": {"distribution": "beta", "a": 1.5, "b": 2.5},
    "population.privacy_aversion": {"distribution": "lognormal", "median": 0.4, "sigma": 0.8},
    "behavior.needs": {"kind": "poisson", "stock_damping": 0.2, "contact_lift": 0.05, "season": [1.0, 1.1, 0.9, 1.0]},
    "behavior.choice.expectation_weight": 0.5,
    "behavior.choice.habit_weight": 0.5,
    "behavior.bond.from_values": 0.01,
    "behavior.bond.deal_erosion": 0.02,
    "behavior.basket": {"kind": "poisson", "extra": 0.5, "price_response": 0.5},
    "behavior.win_back": {"kind": "logit"},
    "brands.Ours.complaints.failure_chance": 0.03,
    "brands.Rival.programs": [{"kind": "copy", "lag_weeks": 4.0}],
    "brands.Store.pricing": [{"kind": "undercut", "every_weeks": 1.0}],
    "metrics.reasons": True,
    "metrics.dormant_after_weeks": 26.0,
}


def everything(grocery: Scenario) -> Scenario:
    """All that grocery's customers and brands can do at once, levers of every kind that it can feel included."""
    full = grocery.vary(EVERYTHING)
    pulled = []
    for kind, settings in LEVERS.items():
        lever = {"kind": kind, **settings}
        try:
            full.vary({"brands.Ours.levers": [lever]})
        except ValueError:  # nobody would feel it here: prospects, for one, there are none
            continue
        pulled.append(lever)
    return full.vary({"brands.Ours.levers": pulled})


def variants(customers: int) -> dict[str, Scenario]:
    """What is timed, by name; all with the same number of customers."""
    grocery = load("grocery")
    without = grocery.vary({"brands.Ours.programs": []})
    found = {
        "reference": load("reference"),
        "grocery": grocery,
        "without program": without,
        **{name: without.vary({"brands.Ours.programs": program}) for name, program in PROGRAMS.items()},
        "everything": everything(grocery),
    }
    steps = BEFORE + ROUNDS * STEPS
    return {
        name: scenario.vary({"population.n_customers": customers, "burn_in": 0, "steps": steps})
        for name, scenario in found.items()
    }


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("customers", nargs="?", type=whole(), default=100_000, help="100000 if not given")
    customers = asked.parse_args().customers
    print(where())
    running = {name: Simulation(one, threads=1).run(until=BEFORE) for name, one in variants(customers).items()}
    levers = running["everything"].scenario.brands["Ours"].levers
    print(f"{customers:,} customers, one thread, {ROUNDS} rounds of {STEPS} steps after a year")
    print(f"everything: {len(levers)} levers: {', '.join(lever.kind for lever in levers)}")
    times: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(ROUNDS):
        for name, simulation in running.items():
            start = perf_counter()
            for _ in range(STEPS):
                simulation.step()
            times[name].append(1e9 * (perf_counter() - start) / STEPS / customers)
    print(f"{'':18}{'ns':>8}{'fastest':>9}{'slowest':>9}{'× reference':>13}{'× without program':>19}")
    for name, own in times.items():
        ratios = [median(a / b for a, b in zip(own, times[base])) for base in ("reference", "without program")]
        print(f"{name:18}{median(own):8.1f}{min(own):9.1f}{max(own):9.1f}{ratios[0]:13.2f}{ratios[1]:19.2f}")


if __name__ == "__main__":
    main()
