"""Advice: what the source texts say a firm should do, what they claim, and by which kinds and settings it is modeled.

`docs/levers.md` is made from these rows (`levers_page.py`); a test holds every row to kinds that exist, every kind to a
row, and every row to a test.
"""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """What the texts say; by which kinds ("levers.service") and settings it is done; the test that shows it."""

    says: str
    by: tuple[str, ...]
    settings: str
    test: str


LEVERS_OF_TEXTS = (
    Advice(
        "customer service: fast, friendly, a contact person, what was promised",
        ("levers.service",),
        "complaints of a brand (E124); a contact person for some (E157)",
        "levers/test_levers.py",
    ),
    Advice(
        "points, turned into money or money off",
        ("programs.points", "rewards.cash", "rewards.amount_off"),
        "",
        "programs/test_ledger.py",
    ),
    Advice("rebates for members", ("programs.member_discount", "programs.club"), "", "programs/test_benefits.py"),
    Advice(
        "every fifth pair at a discount, the tenth ice free, a wash after six",
        ("programs.stamps", "rewards.percent_off", "rewards.free_unit"),
        "reading",
        "programs/test_rewards.py",
    ),
    Advice(
        "gift cards, of the own store or of a third party's",
        ("rewards.gift_card",),
        "own or a third party's by cost_share",
        "programs/test_rewards.py",
    ),
    Advice(
        "offers for existing customers only, exclusive access",
        ("levers.exclusive", "rewards.access"),
        "E143",
        "levers/test_exclusive.py",
    ),
    Advice(
        "experiences, play, levels",
        ("programs.play", "programs.tiers", "rewards.experience"),
        "",
        "programs/test_play.py",
    ),
    Advice(
        "personal recommendations and offers",
        ("levers.personalization",),
        "privacy_aversion (E140)",
        "levers/test_contacting.py",
    ),
    Advice(
        "regular communication by many channels",
        ("levers.communication",),
        "E125, E126, E141; contact_lift (E43)",
        "levers/test_contacting.py",
    ),
    Advice("surveys, and acting on them", ("levers.feedback",), "E132", "levers/test_feedback.py"),
    Advice("events", ("levers.event",), "E142", "levers/test_event.py"),
    Advice(
        "presence on social media, answers that all can see",
        ("levers.moderation",),
        "E133, public_chance (E63)",
        "levers/test_social_levers.py",
    ),
    Advice(
        "quality and a fair price",
        ("pricing.constant", "pricing.best_response"),
        "quality, price, unit_cost",
        "behavior/test_experience.py",
    ),
    Advice(
        "little effort: easy to reach, many channels",
        ("levers.convenience",),
        "E134; effort (E48), ease (E53)",
        "levers/test_brand_levers.py",
    ),
    Advice(
        "no difference between channels",
        ("levers.convenience",),
        "E134; consistency (E53)",
        "levers/test_brand_levers.py",
    ),
    Advice(
        "know, segment and target customers",
        ("targets.everybody", "targets.random", "targets.rfm", "targets.value", "targets.lapse", "targets.uplift"),
        "E122, E123, E148–E151; ls.who_was_moved",
        "levers/test_targets.py",
    ),
    Advice(
        "advertising that touches, stories, shared values",
        ("levers.brand_advertising",),
        "E136, E137",
        "levers/test_brand_levers.py",
    ),
    Advice(
        "advertising that makes known", ("levers.awareness_advertising",), "E138; p (E80)", "levers/test_awareness.py"
    ),
    Advice(
        "a place where loyal customers share",
        ("levers.advocacy",),
        "E139, E157; bond_talk (E24)",
        "levers/test_social_levers.py",
    ),
    Advice("presents and surprises", ("levers.gift", "programs.surprise"), "E121, E114", "levers/test_levers.py"),
    Advice(
        "win back those who left",
        ("levers.win_back",),
        "E144, E145; behavior.win_back (E67)",
        "levers/test_win_back_offers.py",
    ),
    Advice("rewards for invitations", (), "brands.*.referral", "word_of_mouth/test_referral.py"),
    Advice(
        "watch the numbers, beside the trade's and those before",
        (),
        "metrics, ls.measures",
        "measures/test_survival.py",
    ),
)
"""What the source texts tell a firm to do."""
CLAIMS_OF_TEXTS = (
    Advice(
        "consistently choosing one brand; repeat purchase",
        (),
        "E9–E12, repeat_rate, share_of_requirements",
        "metrics/test_purchases.py",
    ),
    Advice(
        "an emotional bond beyond satisfaction; preference regardless of proximity",
        (),
        "E20, E56; bond_weight against effort (E48)",
        "behavior/test_bond.py",
    ),
    Advice(
        "resistance to a better offer",
        (),
        "resist_discount, resist_price (E49, E51), ls.resistance_curve",
        "behavior/test_resistance.py",
    ),
    Advice(
        "takes the rival's offer and comes back; does not look around",
        (),
        "resist_search (E50), inertia (E11), ls.measures.boomerang",
        "measures/test_boomerang.py",
    ),
    Advice(
        "discounts bring customers and create no loyalty",
        ("pricing.promotion_calendar",),
        "no such term in E20–E21, E56; deal_erosion; experiment 01",
        "experiments/test_discounts_do_not_buy_loyalty.py",
    ),
    Advice(
        "rivals undercut, poach and copy",
        ("pricing.undercut", "pricing.match", "pricing.poach", "programs.copy"),
        "E127–E131",
        "pricing/test_answers.py",
    ),
    Advice(
        "a sum of experiences; no single lever is enough",
        (),
        "index of elasticity below 1 (E53), weight of trust (E56)",
        "behavior/test_experience.py",
    ),
    Advice(
        "security, trust; price matters less", (), "trust (E54, E55), resist_price (E51)", "behavior/test_learning.py"
    ),
    Advice(
        "similar products: the relation decides", (), "a small spread of tastes, as in telco", "behavior/test_choice.py"
    ),
    Advice(
        "the dissatisfied leave; value against expectation",
        (),
        "by_satisfaction (E64), satisfaction_weight, on_better and on_worse (E16)",
        "behavior/test_lapse.py",
    ),
    Advice(
        "the loyal buy more, more often, and need less persuasion",
        (),
        "ls.measures of conversion and order values: mostly composition",
        "measures/test_conversion.py",
    ),
    Advice(
        "the loyal recommend, and bring friends",
        (),
        "talk (E24), brands.*.referral (E82–E86)",
        "word_of_mouth/test_talk.py",
    ),
    Advice(
        "keeping is cheaper than winning: 1 to 5",
        (),
        "acquisition_cost, costs of levers; experiment 06",
        "experiments/test_keep_or_win.py",
    ),
    Advice("the relation teaches what customers want", ("levers.feedback",), "", "levers/test_feedback.py"),
    Advice(
        "complaints handled fairly keep customers; bad service drives them off",
        ("levers.service",),
        "E58–E62, E64",
        "behavior/test_recovery.py",
    ),
    Advice(
        "public criticism is seen by customers and prospects",
        ("levers.moderation",),
        "E63",
        "levers/test_social_levers.py",
    ),
    Advice(
        "reputation, ethics, spill-over in the community",
        ("levers.ethics", "levers.community"),
        "E135, E157; values_weight · ethics (E48), from_values and bond_growth (E56)",
        "levers/test_brand_levers.py",
    ),
    Advice(
        "reciprocity, feeling valued",
        ("levers.gift", "programs.surprise", "levers.personalization"),
        "rewarded_lift",
        "levers/test_levers.py",
    ),
    Advice(
        "the loyal join programs",
        (),
        "by_bond, by_satisfaction, by_need, by_taste of enrollment (E30)",
        "programs/test_parts.py",
    ),
    Advice("why they left: price, service", (), "metrics.reasons (E68)", "metrics/test_reasons.py"),
    Advice(
        "60–70 against 5–20 %, 80 : 20, 65 %, a third more, 31, 71, 66, 47, 68 %",
        (),
        "loyaltysim claims",
        "study/test_claims.py",
    ),
    Advice(
        "retention = (start − new) / start, as often misquoted",
        (),
        "retention_rate is (E − N) / S",
        "metrics/test_periods.py",
    ),
)
"""What the source texts claim about causes, and where it stands in the model."""
