"""A small market with all kinds of word of mouth: talk, friends' example, invitations, public complaints."""

import pytest

from loyaltysim.scenario import Scenario

DOCUMENT = {
    "focal": "A",
    "steps": 10,
    "burn_in": 8,
    "population": {
        "n_customers": 300,
        "price_sensitivity": 1.0,
        "taste": {"distribution": "normal", "mean": 0.0, "sd": 1.0},
        "segments": {
            "Light": {"share": 0.5, "needs_per_week": 0.3},
            "Heavy": {"share": 0.5, "needs_per_week": 1.2},
        },
    },
    "network": {"kind": "scale_free", "mean_degree": 6},
    "behavior": {
        "experience": {"kind": "normal"},
        "satisfaction": {"kind": "level"},
        "bond": {"kind": "linear"},
        "recovery": {"kind": "justice", "public_chance": 0.5},
    },
    "word_of_mouth": {
        "talk": {"kind": "rates", "audience": "all", "talk_good": 0.2, "talk_bad": 0.2},
        "influence": {"kind": "heard"},
        "acquisition": {"kind": "linear", "start_share": 0.3, "q": 4.0},
        "referral": {"kind": "invitations", "rate": 0.1, "accept": 0.5},
    },
    "brands": {
        "A": {
            "price": 1.5,
            "unit_cost": 1.0,
            "quality": 0.7,
            "acquisition_cost": 0.7,
            "referral": {"reward": 0.4},
            "complaints": {"failure_chance": 0.1},
            "programs": [{"kind": "points", "reward": {"kind": "cash", "value": 0.2, "threshold": 4}}],
        },
        "B": {"price": 1.4, "complaints": {"failure_chance": 0.1}},
    },
    "metrics": {"period_steps": 0},
}


NO_FAILURES = {
    "behavior.recovery": "none",
    "brands.A.complaints": {},
    "brands.B.complaints": {},
}
NO_PROSPECTS = {
    "word_of_mouth.acquisition": "none",
    "word_of_mouth.referral": "none",
    "brands.A.referral": None,
    "brands.A.acquisition_cost": 0.0,
}


@pytest.fixture
def without():
    """Settings that switch failures, or the coming of prospects, off: `without["failures"]`."""
    return {"failures": NO_FAILURES, "prospects": NO_PROSPECTS}


@pytest.fixture
def talking():
    """`talking({path: value}, …)` is the market with settings changed."""

    def make(*changes) -> Scenario:
        return Scenario.from_document(DOCUMENT).vary({path: v for some in changes for path, v in some.items()})

    return make
