"""Lessons of brands: what prices, programs and products do."""

from __future__ import annotations

from loyaltysim.app.lesson import Lesson

OF_BRANDS = (
    Lesson(
        title="Satisfied customers leave too",
        market="grocery",
        question=(
            "The rival's promotions go from 20 % off to 40 % off. Nothing about our own products changes. Which "
            "happens to our retention?"
        ),
        choices=(
            "It stays: our customers are as satisfied as before.",
            "It falls.",
            "It rises.",
        ),
        right=1,
        changes={"brands.Rival.pricing.0.depth": 0.4},
        look="The row Retention, and its difference; then the rival's own profit in the pictures.",
        happens=(
            "Our retention and share fall, and the rival earns less than before: it sells to more people, at prices "
            "that its own customers would have paid more for."
        ),
        why=(
            "Satisfaction is one reason among several. What is paid now enters every choice as well, and a satisfied "
            "customer without a bond takes a better offer. A bond makes a rival's discount count less, not "
            "satisfaction."
        ),
        source=(
            "Oliver (1980) on satisfaction; Khamitov, Wang and Thomson (2019): attachment goes with loyalty more than "
            "other relations to a brand do. How much a bond resists discounts is assumed (docs/model.md E49)."
        ),
        claims={("retention", "Ours"): -1, ("share", "Ours"): -1, ("profit", "Rival"): -1},
        also=("brands.Ours.quality",),
        picture="Satisfaction and bond",
    ),
    Lesson(
        title="A deep discount sells, and what does it earn?",
        market="promotion",
        question=(
            "Detergent: once a year we are a week on sale. The sale goes from 20 % to 40 % off. What happens over the "
            "year?"
        ),
        choices=(
            "Our share rises and our profit falls.",
            "Our share and our profit both rise.",
            "Neither changes: a week is short.",
        ),
        right=0,
        changes={"brands.Ours.pricing.0.depth": 0.4},
        look="The picture of Share around the thirteenth week and in the weeks after it; then Profit, by quarter.",
        happens=(
            "A little more is sold, and less is earned: at 40 % off there is no margin, and part of what is sold is "
            "missing afterwards, in cupboards."
        ),
        why=(
            "Of the extra units some are taken from rivals, some are only bought earlier, some are used in addition. "
            "Those bought earlier would have been bought at the full price."
        ),
        source="Van Heerde, Gupta and Wittink (2003): about a third of the extra units comes from other brands.",
        claims={("share", "Ours"): 1, ("profit", "Ours"): -1},
    ),
    Lesson(
        title="Does a better reward pay?",
        market="grocery",
        question="Our points are worth twice as much: 10 % back instead of 5 %. What happens?",
        choices=(
            "Retention and profit rise: loyal customers are worth it.",
            "Nothing: members were loyal before.",
            "Retention rises and profit falls.",
        ),
        right=2,
        changes={"brands.Ours.programs.0.reward.value": 2.0},
        look="Retention and Profit together. Then find the value of the reward at which profit is highest.",
        happens=(
            "Retention rises by about two points, and profit falls: most rewards go to purchases that would have been "
            "made anyway."
        ),
        why=(
            "Whoever buys often joins and is rewarded most, but has least to add. What a program costs is known at "
            "once; what it earns is the difference to a world without it, which only a counterfactual shows."
        ),
        source=(
            "Liu (2007): light and moderate buyers buy more in a program, heavy buyers do not; Leenheer et al. "
            "(2007): members were better customers before they joined."
        ),
        claims={("retention", "Ours"): 1, ("profit", "Ours"): -1},
    ),
    Lesson(
        title="A shorter card",
        market="coffee",
        question="The card needs six stamps instead of ten for a free coffee. What happens?",
        choices=(
            "More visits and more profit: rewards are closer.",
            "More share, and less profit.",
            "Fewer visits: a reward that is easy is worth nothing.",
        ),
        right=1,
        changes={"brands.Ours.programs.0.n": 6},
        look="Share and Profit. Try 20 stamps as well.",
        happens="Share rises by some points and profit falls: one coffee in seven is free instead of one in eleven.",
        why=(
            "Customers hurry as the card fills up, whatever its length, and rest after the reward. A short card gives "
            "the same hurry more often, and gives away more."
        ),
        source="Kivetz, Urminsky and Zheng (2006): intervals between stamps get a fifth shorter toward the reward.",
        claims={("share", "Ours"): 1, ("profit", "Ours"): -1},
    ),
    Lesson(
        title="One run is no evidence",
        market="grocery",
        question="Our price rises by 1 %, from 2.00 to 2.02. Can you tell it from our share in one market alone?",
        choices=(
            "Yes: the share is clearly another one.",
            "There is no difference.",
            "No: the difference is lost in the luck of the run, unless the luck is the same in both.",
        ),
        right=2,
        changes={"brands.Ours.price": 2.02},
        look="The interval of each share, and that of their difference, which is much narrower. Then try other luck.",
        happens=(
            "The share falls by about a point. Each share alone is not known better than that; the difference is, "
            "since both worlds have the same customers with the same luck."
        ),
        why=(
            "Customers, tastes and occasions differ from run to run by more than two cents move. Paired worlds differ "
            "in the change alone, so its effect shows with far fewer runs."
        ),
        source="Common random numbers: docs/model.md E40–E42.",
        claims={("share", "Ours"): -1},
        hidden=("share", "Ours"),
    ),
    Lesson(
        title="Double jeopardy",
        market="grocery",
        question=(
            "The store brand is the smallest, and its customers are the least loyal. It lowers its price by 10 % and "
            "grows. What happens to the loyalty of its customers?"
        ),
        choices=(
            "It rises with the share.",
            "It falls: those who come for a price leave for a price.",
            "It stays: loyalty is another matter than size.",
        ),
        right=0,
        changes={"brands.Store.price": 1.35},
        look=(
            "The pictures of Share and Retention, the line of the store brand. Compare all three brands as they are: "
            "the larger the share, the higher the retention."
        ),
        happens="Its share and its retention both rise, and its profit falls.",
        why=(
            "Few buyers and few repeat purchases go together because both follow from how often a brand is chosen. "
            "Retention that comes with size is no sign of attachment."
        ),
        source="Goodhardt, Ehrenberg and Chatfield (1984), the Dirichlet model.",
        claims={("share", "Store"): 1, ("retention", "Store"): 1, ("profit", "Store"): -1},
    ),
    Lesson(
        title="A price war",
        market="grocery",
        question="We lower our price by 10 %, from 2.00 to 1.80. Who gains?",
        choices=(
            "We do, and the rivals lose.",
            "Nobody: all three earn less.",
            "The rivals do.",
        ),
        right=1,
        changes={"brands.Ours.price": 1.8},
        look="Share, then Profit of all three brands.",
        happens="We win nine points of share, and all three brands earn less. And no rival has answered yet.",
        why=(
            "Those who would have bought anyway now pay less, and that is most of them. Rivals who answer in kind "
            "take back the share and not the loss."
        ),
        source=(
            "Bijmolt, van Heerde and Pieters (2005): price elasticities are near -2.6 on average; at a margin of 40 % "
            "a cut of 10 % takes a quarter of what is earned on each unit."
        ),
        claims={("share", "Ours"): 1, ("profit", "Ours"): -1, ("profit", "Rival"): -1, ("profit", "Store"): -1},
    ),
    Lesson(
        title="A good product is not enough",
        market="grocery",
        question="Our service gets much worse (from .6 to .3); products and prices stay as good. What happens?",
        choices=(
            "Little: people buy groceries, not service.",
            "Share falls and profit rises: service was expensive.",
            "Retention, share and profit fall.",
        ),
        right=2,
        changes={"brands.Ours.service": 0.3},
        look="All three rows. Then try to make up for it by the product's quality.",
        happens=(
            "All three fall: experiences fall short of expectations, satisfaction and bonds with them, and customers "
            "tell others."
        ),
        why=(
            "An experience is made of product, service, ease and consistency, and what is weakest weighs most: one "
            "cannot stand in for another. What is worse than expected weighs twice as much as what is better."
        ),
        source=(
            "Anderson and Sullivan (1993): falling short weighs more (sign; the size 2 : 1 is assumed). That no part "
            "alone suffices is a claim of the source texts, modeled by E53."
        ),
        claims={("retention", "Ours"): -1, ("share", "Ours"): -1, ("profit", "Ours"): -1},
        also=("brands.Ours.quality",),
    ),
    Lesson(
        title="Does the hurry of a filling card sell coffee?",
        market="coffee",
        question=(
            "Customers no longer hurry as their card fills up, and take no rest after the reward: the card itself "
            "stays. What happens to our profit, and to the rival's?"
        ),
        choices=(
            "It falls by a few percent, and the rival's falls more.",
            "It falls by a quarter, and the rival gains it: the hurry is what a card is for.",
            "It stays: what is hurried is only moved.",
        ),
        right=0,
        changes={
            "brands.Ours.programs.0.customer_response.goal_gradient": 0.0,
            "brands.Ours.programs.0.customer_response.reset": 0.0,
        },
        look="Profit of both bars, then Share.",
        happens=(
            "Our profit falls by 1 to 2 %, the rival's by some 7 %, and our share rises: what is no longer sold is "
            "mostly the rival's coffee."
        ),
        why=(
            "Whoever hurries wants coffee more often, and in this model not ours alone: part of it is bought where no "
            "stamp is given. The rest after the reward takes back a part. Sales before the reward say little on their "
            "own: they are partly those of the weeks after it."
        ),
        source="Kivetz, Urminsky and Zheng (2006) for the hurry and the reset; how long the rest lasts is assumed.",
        claims={
            ("profit", "Ours"): -1,
            ("profit", "Rival"): -1,
            ("share", "Ours"): 1,
            ("retention", "Ours"): -1,
        },
    ),
    Lesson(
        title="Gifts that nobody was promised",
        market="surprise",
        question=(
            "Our cosmetics come with a surprise gift three times as often: at 15 of 100 purchases instead of 5. What "
            "happens?"
        ),
        choices=(
            "Retention and profit both rise: gifts make friends.",
            "Nothing: who did not expect a gift does not miss it.",
            "Retention rises, and profit falls.",
        ),
        right=2,
        changes={"brands.Ours.programs.0.chance": 0.15},
        look="Retention against Profit. Then lower what each gift costs, and see where it begins to pay.",
        happens=(
            "Retention rises by half a point and share by a point; profit falls, since these gifts cost more than "
            "they bring back within the run."
        ),
        why=(
            "A gift lifts the bond with the brand, and a bond lasts: what it earns comes slowly, what it costs comes "
            "at once."
        ),
        source=(
            "Reciprocity is a claim of the source texts; how much a gift lifts a bond is assumed (docs/model.md E56). "
            "That bonds go with loyalty: Khamitov, Wang and Thomson (2019)."
        ),
        claims={("retention", "Ours"): 1, ("share", "Ours"): 1, ("profit", "Ours"): -1},
        also=("brands.Ours.programs.0.cost_each",),
    ),
)
