"""Lessons of customers: what bonds, habits, talk and failures do, and a rival that watches."""

from __future__ import annotations

from loyaltysim.app.lesson import Lesson
from loyaltysim.app.offered import COPIED, FIRST

OF_CUSTOMERS = (
    Lesson(
        title="A bond must be kept up",
        market=FIRST,
        question=(
            "Customers forget brands twice as fast: a bond that is left alone halves in 8 months instead of 16. It is "
            "so for all three brands. What happens?"
        ),
        choices=(
            "Nothing: what holds for all brands changes no share.",
            "All retain less, and we, to whom bonds are strongest, lose share too.",
            "The smallest brand loses most.",
        ),
        right=1,
        changes={"behavior.bond.fading": 0.02},
        look="Retention of all three brands, then Share; below, the plane of satisfaction and bond.",
        happens="Retention falls by about a point for every brand; share moves from us to both rivals.",
        why=(
            "A bond grows from satisfaction and fades with time, so it stands where both are even. Whoever has most of "
            "it has most to lose when it fades faster, though nobody is less satisfied."
        ),
        source=(
            "Khamitov, Wang and Thomson (2019): attachment goes with loyalty. How fast a bond fades is assumed "
            "(docs/model.md E56)."
        ),
        claims={
            ("retention", "Ours"): -1,
            ("retention", "Rival"): -1,
            ("retention", "Store"): -1,
            ("share", "Ours"): -1,
            ("share", "Rival"): 1,
            ("share", "Store"): 1,
        },
        also=("behavior.bond.from_satisfaction",),
        picture="Satisfaction and bond",
    ),
    Lesson(
        title="Habit looks like loyalty",
        market=FIRST,
        question=(
            "Regular customers become creatures of habit: their inertia, the pull of what they bought last, doubles. "
            "Nobody is more satisfied or more attached. What happens to us?"
        ),
        choices=(
            "Retention and share rise.",
            "Nothing: habit is no loyalty.",
            "Retention rises, and our share stays.",
        ),
        right=2,
        changes={"population.segments.Regular.inertia": 0.7},
        look="Retention, then Share: its difference has an interval that holds zero.",
        happens="Our retention rises by about half a point, and so does the store brand's. Our share does not move.",
        why=(
            "Habit keeps every brand's customers, ours and others'. A retention rate tells that people come back, and "
            "not why."
        ),
        source=(
            "Dubé, Hitsch and Rossi (2010): repeat purchases come partly from inertia toward the last brand; apart "
            "from tastes it is hard to see in data (docs/model.md E11)."
        ),
        claims={("retention", "Ours"): 1, ("retention", "Store"): 1, ("share", "Ours"): 0},
        also=('population.segments."Deal seekers".inertia',),
        picture="Switching",
    ),
    Lesson(
        title="When money gets tight",
        market=FIRST,
        question="Regular customers come to mind prices as much as deal seekers do. No price changes. What happens?",
        choices=(
            "The cheapest brand wins share and earns more.",
            "All retain less and earn less, the cheapest too, though it wins share.",
            "Nothing, since no price has changed.",
        ),
        right=1,
        changes={"population.segments.Regular.price_sensitivity.median": 8.8},
        look="Share of the store brand, then Retention and Profit of all three.",
        happens=(
            "The store brand wins about a point of share. All three retain some points less and earn less: more needs "
            "end without a purchase, and promotions move more people."
        ),
        why=(
            "Who minds prices more weighs every price against buying nothing, and every difference between brands "
            "more. A larger share of less is still less."
        ),
        source=(
            "Bijmolt, van Heerde and Pieters (2005) on price elasticities, to which the given sensitivity is set; "
            "how much it rises here is made up for the lesson."
        ),
        claims={
            ("share", "Store"): 1,
            ("share", "Ours"): -1,
            ("retention", "Ours"): -1,
            ("retention", "Rival"): -1,
            ("retention", "Store"): -1,
            ("profit", "Ours"): -1,
            ("profit", "Rival"): -1,
            ("profit", "Store"): -1,
        },
    ),
    Lesson(
        title="Everybody talks, and who gains?",
        market=FIRST,
        question=(
            "Our customers are the most satisfied and praise us most. Now nobody believes what others say any more. "
            "What happens to our share and retention?"
        ),
        choices=(
            "They fall: praise has been carrying us.",
            "Hardly anything.",
            "They rise: blame is louder than praise.",
        ),
        right=1,
        changes={"word_of_mouth.influence.shift": 0.0},
        look="Share and Retention: their differences are known to a tenth of a point. Below, who talks to whom.",
        happens="Nothing that can be told from zero, though people talk all the time.",
        why=(
            "Everybody here knows all three brands and has experiences of them; praise of one brand stands against "
            "praise of the others, and most messages go to people who would have bought it anyway. Talk tells most "
            "where people do not know yet: see the next lesson."
        ),
        source=(
            "East, Hammond and Lomax (2008): a message moves the chance to buy by some .2, less where it is near 0 "
            "or 1; three praise for one who blames (East, Hammond and Wright 2007). docs/model.md E27–E28."
        ),
        claims={("share", "Ours"): 0, ("retention", "Ours"): 0},
        also=("brands.Ours.service", "word_of_mouth.talk.talk_bad"),
        picture="Talk",
    ),
    Lesson(
        title="Friends bring friends",
        market="referral",
        question=(
            "A young market: few have an account with any bank yet, and friends who have one are why others open "
            "theirs. Friends become half as contagious. What happens to our profit and to our retention?"
        ),
        choices=(
            "Both fall.",
            "Profit falls, and retention stays.",
            "Profit stays: advertising brings the customers instead.",
        ),
        right=1,
        changes={"word_of_mouth.acquisition.q": 0.19},
        look="Profit of all three banks, then Retention.",
        happens="All three earn about a quarter less; retention of those who came does not move.",
        why=(
            "Each customer who comes makes others come, so what friends bring grows on itself, and what is lost of it "
            "is lost again and again. Those who are there stay for other reasons."
        ),
        source=("Bass (1969), with the mean rates of Sultan, Farley and Lehmann (1990); docs/model.md E80."),
        claims={
            ("profit", "Ours"): -1,
            ("profit", "Rival"): -1,
            ("profit", "Direct"): -1,
            ("retention", "Ours"): 0,
        },
        also=("word_of_mouth.acquisition.p",),
        picture="Talk",
    ),
    Lesson(
        title="One purchase in ten goes wrong",
        market=FIRST,
        question="Ten of a hundred purchases of ours go wrong instead of three. Who notices?",
        choices=(
            "Few: nine in ten purchases are as good as ever.",
            "We lose some share, and win it back, since the first failures are forgiven.",
            "Retention, share and profit fall, and both rivals gain.",
        ),
        right=2,
        changes={"brands.Ours.complaints.failure_chance": 0.1},
        look="All three rows; then make answers to complaints as good as they can be, and see what comes back.",
        happens="Retention falls by some four points and share by nearly six; both rivals earn more.",
        why=(
            "A failure costs satisfaction, damages a bond and strains what is left of it, more with each one that is "
            "remembered. Most who are disappointed do not complain, so no answer reaches them."
        ),
        source=(
            "Knox and van Oest (2014): earlier purchases soften a failure, and recent failures harden it. That few "
            "complain, and all sizes, are assumed (docs/model.md E58–E62)."
        ),
        claims={
            ("retention", "Ours"): -1,
            ("share", "Ours"): -1,
            ("profit", "Ours"): -1,
            ("share", "Rival"): 1,
            ("share", "Store"): 1,
            ("profit", "Rival"): 1,
            ("profit", "Store"): 1,
        },
        also=("brands.Ours.complaints.distributive", "brands.Ours.complaints.interaction"),
    ),
    Lesson(
        title="Making it good again",
        market="telco",
        question=(
            "Three purchases in a hundred go wrong, as before. But whoever complains, which is easy now, is made whole "
            "and treated with courtesy. What happens to our retention?"
        ),
        choices=(
            "It rises by about a point.",
            "It rises by ten points: a failure put right makes customers more loyal than none.",
            "Nothing: the failure has happened.",
        ),
        right=0,
        changes={
            "brands.Ours.complaints.distributive": 1.0,
            "brands.Ours.complaints.interaction": 1.0,
            "brands.Ours.complaints.ease": 1.0,
        },
        look="Retention and Profit. Then let fewer purchases go wrong in the first place, and compare.",
        happens=(
            "Retention rises by about a point, and profit with it; what such answers cost is not counted here, so that "
            "is what they may cost."
        ),
        why=(
            "A good answer takes away most of what a failure did, never all, and only of those who complained. More "
            "satisfied than before does not mean that more stay."
        ),
        source=(
            "De Matos, Henrique and Rossi (2007): a good recovery may leave customers more satisfied than no failure, "
            "but no more willing to buy again. Sizes are assumed (docs/model.md E60–E62)."
        ),
        claims={("retention", "Ours"): 1, ("share", "Ours"): 1, ("profit", "Ours"): 1},
        also=("brands.Ours.complaints.failure_chance",),
    ),
    Lesson(
        title="The rival copies our program",
        market=COPIED,
        question=(
            "Half a year into this market the rival launches the same points as ours. In the changed world it does "
            "not. What does the copy do to the two of us?"
        ),
        choices=(
            "The rival keeps more of its customers and earns more; we lose share and profit.",
            "Nothing: both have points, so they cancel out.",
            "Both earn more: points make customers loyal.",
        ),
        right=0,
        changes={"brands.Rival.programs.0.chance": 0.0},
        look=(
            "Retention and Profit of the rival, then ours: read the differences backward, since the changed world is "
            "the one without the copy."
        ),
        happens=(
            "Without the copy the rival retains nearly two points less and earns a little less; we have a point of "
            "share more and earn more. And the store brand, which has no points, gains as well."
        ),
        why=(
            "Rules of a program are public, so an advantage lasts until it is copied. Two programs do not cancel out: "
            "each holds its own customers, and both take from whoever has none."
        ),
        source=(
            "Liu and Yang (2009): where a category cannot grow, a program does less the more competitors have one. "
            "That it is copied after half a year is assumed (docs/model.md E131)."
        ),
        claims={
            ("retention", "Rival"): -1,
            ("profit", "Rival"): -1,
            ("share", "Ours"): 1,
            ("profit", "Ours"): 1,
            ("share", "Store"): 1,
        },
        also=("brands.Rival.programs.0.lag_weeks",),
    ),
)
