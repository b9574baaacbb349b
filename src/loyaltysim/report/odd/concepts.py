"""Concepts: the eleven design concepts of the protocol, as this scenario's parts have them."""

from __future__ import annotations

from loyaltysim.pricing.reacting import Reacting
from loyaltysim.report.odd.live import Live
from loyaltysim.report.odd.markdown import code, escaped
from loyaltysim.report.odd.settings import read
from loyaltysim.results import variables_of

NOBODY = "Nobody"


def concepts(live: Live) -> list[tuple[str, str]]:
    """Name and words of each concept."""
    of = _Concepts(live)
    return [
        ("Basic principles", of.principles()),
        ("Emergence", of.emergence()),
        ("Adaptation", of.adaptation()),
        ("Objectives", of.objectives()),
        ("Learning", of.learning()),
        ("Prediction", of.prediction()),
        ("Sensing", of.sensing()),
        ("Interaction", of.interaction()),
        ("Stochasticity", of.stochasticity()),
        ("Collectives", of.collectives()),
        ("Observation", of.observation()),
    ]


class _Concepts:
    """Words on one scenario; each method is a concept."""

    def __init__(self, live: Live) -> None:
        self.live, self.scenario, self.on = live, live.scenario, live.on
        self.states = live.at_start

    def principles(self) -> str:
        """What theory the model stands on."""
        said = [
            "A market of repeat purchases: a need of the category arises, a customer chooses a brand by utility and "
            "luck, and what is experienced changes the next choice. Loyalty as behavior (buying again) and as "
            "attachment (satisfaction, bond) are apart: the second moves the first where the choice weighs it."
        ]
        steps = [
            name for name in ("experience", "satisfaction", "learning", "bond", "recovery", "lapse")
            if f"behavior.{name}" in self.on
        ]  # fmt: skip
        if steps:
            said.append(f"Here a purchase goes through {_listed([code(name) for name in steps])}.")
        else:
            said.append("Here purchases leave no impression: customers differ in traits alone.")
        said.append("Sources stand with the equations.")
        return " ".join(said)

    def emergence(self) -> str:
        """What comes out, and what is put in."""
        return (
            "Shares, retention, repeat purchases, switching and profits come out of single choices; none is imposed. "
            "Put in are traits, prices and calendars of promotions, the rules of programs and levers, and who is tied "
            "to whom. Where settings were chosen so that a result comes near a published one, their source says so."
        )

    def adaptation(self) -> str:
        """Who changes behavior, and on what."""
        said = [f"Customers choose anew at every occasion ({self._part('behavior.choice')})."]
        paced = "pace" in self.states
        said += ["Members come sooner as their programs set the pace of their needs."] if paced else []
        firms = [path for path, one in self.on.items() if isinstance(one.part, Reacting)]
        targets = [path for path, one in self.on.items() if ".levers." in path and getattr(one.part, "target", None)]
        if firms:
            said.append(f"Prices answer what the shelf shows: {_listed([code(path) for path in firms])}.")
        if targets:
            said.append(f"Levers choose whom they reach by what firms see: {_listed([code(p) for p in targets])}.")
        coupons = [path for path, one in self.on.items() if one.part.kind == "poach"]
        if coupons:
            said.append(f"Coupons go by what was bought last: {_listed([code(path) for path in coupons])}.")
        copies = [path for path, one in self.on.items() if one.given is not None]
        if copies:
            said.append(f"Programs follow a rival's: {_listed([code(path) for path in copies])}.")
        if not (firms or targets or coupons or copies):
            said.append("Brands do not adapt: what they do is planned.")
        return " ".join(said)

    def objectives(self) -> str:
        """What is made as large as can be."""
        said = ["Customers follow utility, with luck; nobody's utility is maximized over time."]
        best = [path for path, one in self.on.items() if one.part.kind == "best_response"]
        said.append(
            f"By their belief about demand, {_listed([code(path) for path in best])} maximize profit."
            if best else "Brands have no objective; what they earn is told, not sought."
        )  # fmt: skip
        return " ".join(said)

    def learning(self) -> str:
        """Who gets to know what."""
        said = []
        if "behavior.learning" in self.on:
            said.append(f"Customers learn what to expect of each brand ({self._part('behavior.learning')}).")
        if "habit" in self.states:
            said.append("Habit grows with each purchase.")
        if "reference_price" in self.states:
            said.append("They get used to the prices they have seen.")
        uplift = [path for path, one in self.on.items() if self._inside(path, "uplift")]
        if uplift:
            said.append(f"Firms learn whom contacts move: {_listed([code(path) for path in uplift])}.")
        return " ".join(said) or f"{NOBODY} learns: expectations and beliefs stay what they are at the start."

    def prediction(self) -> str:
        """Who looks ahead."""
        ahead = [path for path in self.on if self._inside(path, "forward_looking")]
        best = [path for path, one in self.on.items() if one.part.kind == "best_response"]
        said = [f"Members look ahead to their rewards: {_listed([code(path) for path in ahead])}."] if ahead else []
        said += [f"Brands foresee sales by a belief: {_listed([code(path) for path in best])}."] if best else []
        return " ".join(said) or f"{NOBODY} looks ahead."

    def sensing(self) -> str:
        """Who sees what."""
        said = ["Customers see the prices on the shelf and what programs offer them, at no cost and without error."]
        if getattr(self.on["behavior.choice"].part, "resist_search", 0) > 0:
            said.append("Those with a strong bond do not look at every brand.")
        if "heard" in self.states:
            said.append("They hear what friends say, a step later.")
        looks = [one for one in self.on.values() if getattr(one.part, "target", None) or hasattr(one.part, "rivals")]
        if looks:
            said.append(
                "Firms see what a till and a scanner panel show (purchases, spending, contacts, complaints, shelf "
                "prices); never satisfaction, bond or taste."
            )
        return " ".join(said)

    def interaction(self) -> str:
        """Who acts on whom."""
        said = ["Brands compete for each purchase."]
        for path, words in (
            ("word_of_mouth.talk", "Customers talk about brands"),
            ("word_of_mouth.acquisition", "Prospects come into the market, also by their friends' example"),
            ("word_of_mouth.referral", "Customers invite friends"),
        ):
            said += [f"{words} ({self._part(path)})."] if path in self.on else []
        if "network" in self.on:
            said.append(f"Who is tied to whom: {self._part('network')}.")
        else:
            said.append("No customer meets another: nothing travels over a network.")
        recovery = self.live.simulation.scenario.behavior.recovery
        if recovery.is_public and "heard" in self.states:
            said.append("Public complaints are heard by everybody.")
        return " ".join(said)

    def stochasticity(self) -> str:
        """Where luck is."""
        lucky = ["traits", "when needs arise", "choices"]
        for path, words in (
            ("behavior.experience", "how purchases turn out"), ("behavior.recovery", "failures and complaints"),
            ("behavior.lapse", "leaving"), ("word_of_mouth.talk", "talk"), ("network", "ties"),
            ("word_of_mouth.acquisition", "who comes"), ("word_of_mouth.referral", "invitations"),
        ):  # fmt: skip
            lucky += [words] if path in self.on else []
        return (
            f"Luck is in {_listed(lucky)}, and in what programs, prices and levers draw. Each draw is a pure function "
            "of the customer's key, step, occasion and purpose (E1–E3), so two scenarios give the same customer the "
            "same luck, and the same seed the same bits. Replications differ by their key alone."
        )

    def collectives(self) -> str:
        """Groups."""
        said = []
        segments = [escaped(name) for name in self.scenario.population.segments]
        said += [f"Segments, given: {', '.join(segments)}."] if segments else ["All customers are of one segment."]
        programs = [one.path for path, one in self.on.items() if ".programs." in path]
        said += [f"Members of programs, who join in time: {', '.join(map(code, programs))}."] if programs else []
        if "network" in self.on and self.on["network"].part.kind in ("household", "layers"):
            said.append("Households, or layers of ties, by the network.")
        return " ".join(said)

    def observation(self) -> str:
        """What is measured."""
        metrics = self.scenario.metrics
        names = ", ".join(map(code, variables_of(self.scenario)))
        said = [f"These variables are kept, most of them by step, brand and segment: {names}."]
        if metrics.period_steps:
            said.append(f"Retention and the like are told by periods of {metrics.period_steps} steps.")
        else:
            said.append("No periods are kept, so no retention.")
        if metrics.keeps_states and metrics.states_every > 1:
            said.append(f"Means of states are taken every {metrics.states_every} steps.")
        said.append("The burn-in is not measured. What firms cannot see (bonds, why customers left) is told as such.")
        return " ".join(said)

    def _part(self, path: str) -> str:
        return f"{code(path)}, {code(self.on[path].part.kind)}"

    def _inside(self, path: str, kind: str) -> bool:
        return any(part.kind == kind for _, part in read(self.on[path].part, ()).parts)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
