"""Markets into which customers come, and where some go unheard."""

from twin_markets_customers import full
from twin_settings import (
    BROKEN,
    CONTRACTS,
    HEAVY,
    LAYERS,
    LEAVING,
    STOCKING,
    TALKING,
    THRESHOLD,
    WEEKLY_TALK,
    bare,
    small,
    three,
)
from twin_settings_firms import CARDS

COMING = {
    "network": {"kind": "random", "mean_degree": 5},
    "word_of_mouth.acquisition": {"kind": "linear", "p": 1.5, "q": 9.0, "start_share": 0.2},
}
"""Changes to a market by which most customers come one by one."""
TIES = {**COMING, "word_of_mouth.acquisition": {"kind": "ties", "p": 1.5, "q": 2.5, "start_share": 0.2}}
INVITING = {
    **COMING,
    "word_of_mouth.referral": {
        "kind": "invitations", "rate": 0.3, "by_reward": 0.2, "by_bond": 0.8, "by_satisfaction": 1.4,
        "bond_reference": 0.25, "satisfaction_reference": 0.55, "accept": 0.6, "match": 0.45, "hazard_factor": 0.4,
        "more_units": 0.9, "erosion_weeks": 12.0,
    },
    "brands.A.referral": {"reward": 1.5, "friend_reward": 0.7, "fraud_chance": 0.3},
    "brands.A.acquisition_cost": 2.5,
    "brands.B.acquisition_cost": 1.25,
}  # fmt: skip
BOTH_INVITE = {
    **INVITING,
    "brands.B.referral": {"reward": 0.0},
    "population.taste": {"distribution": "normal", "sd": 1.0},
}
SEGMENTS = {"population.segments": HEAVY}
OF_NEWCOMERS = {
    "everything, other kinds": full(
        LEAVING, talk={**TALKING, **THRESHOLD}, behavior__satisfaction="level", behavior__learning="constant",
        behavior__bond={"kind": "linear", "from_satisfaction": 0.05},
    ),
    "a bank whose customers bring friends": small("referral", 200, 30),
    "friends who bring friends": bare().vary(COMING),
    "friends who bring friends, each by itself": bare().vary(TIES),
    "friends whom nobody resists": bare().vary(
        {**TIES, "word_of_mouth.acquisition.q": 60.0, "word_of_mouth.acquisition.p": 0.1}
    ),
    "everybody brings everybody": bare().vary({**COMING, "network": "complete"}),
    "everybody brings everybody, each by itself": bare().vary(
        {**TIES, "network": "complete", "word_of_mouth.acquisition.q": 0.05}
    ),
    "advertising alone": bare().vary({**COMING, "network": "none", "word_of_mouth.acquisition.q": 0.0}),
    "advertising alone, where all talk": three().vary({**WEEKLY_TALK, **COMING, "word_of_mouth.acquisition.q": 0.0}),
    "friends who come and talk": three(burn_in=4).vary({**WEEKLY_TALK, **COMING}),
    "friends who come and please": bare().vary({**TALKING, **THRESHOLD, **COMING}),
    "households and friends who come": bare().vary(
        {**TALKING, **COMING, "network": {"kind": "layers", "layers": LAYERS}}
    ),
    "households and friends who come, each by itself": bare().vary(
        {**TALKING, **TIES, "network": {"kind": "layers", "layers": LAYERS}}
    ),
    "friends of hubs": bare().vary({**TIES, "network": {"kind": "scale_free", "mean_degree": 4}}),
    "friends of a given number": bare().vary(
        {**COMING, "network": {"kind": "configuration", "degrees": [2, 4, 6] * 33 + [2]}}
    ),
    "friends who change and come": bare().vary({**TALKING, **COMING, "network.turnover": 5.0}),
    "reviewers who bring nobody": bare().vary({**TALKING, **COMING, "network": "reviews"}),
    "buyers from the start bring friends": bare(population__start_brand="B").vary(COMING),
    "invitations": three().vary(INVITING),
    "invitations to two brands": bare().vary(BOTH_INVITE),
    "invitations to one of all": three().vary({**BOTH_INVITE, "network": "complete"}),
    "invitations in layers": three().vary({**BOTH_INVITE, "network": {"kind": "layers", "layers": LAYERS}}),
    "invitations that hold": three().vary({**LEAVING, **BROKEN, **BOTH_INVITE}),
    "invitations that hold by contracts": three(population__talkativeness=1.5).vary(
        {**CONTRACTS, **BOTH_INVITE, "population.category_exit": 0.02}
    ),
    "invitations to baskets": three(brands__B__programs=CARDS).vary({**STOCKING, **BOTH_INVITE}),
    "everything, with friends who come": full(LEAVING).vary({**BOTH_INVITE, "network.turnover": 2.0}),
    "everything, with contracts of friends who come": full(CONTRACTS).vary(BOTH_INVITE),
    "praise unheard": three().vary({**WEEKLY_TALK, **BOTH_INVITE, "word_of_mouth.unheard.sign": "praise"}),
    "blame unheard": three().vary({**WEEKLY_TALK, **BOTH_INVITE, "word_of_mouth.unheard.sign": "blame"}),
    "nothing heard": three().vary({**WEEKLY_TALK, **BROKEN, "word_of_mouth.unheard.sign": "both"}),
    "some unheard": three().vary(
        {
            **WEEKLY_TALK, **SEGMENTS, **BOTH_INVITE,
            "word_of_mouth.unheard": {"segments": ["Light"], "share": 0.3, "customers": [0, 7, 99]},
        }
    ),
    "some unheard by all": bare().vary(
        {**TALKING, **COMING, "network": "complete", "word_of_mouth.unheard": {"share": 0.5, "sign": "blame"}}
    ),
}  # fmt: skip
"""Markets into which customers come, and where some go unheard."""
