"""Word of mouth: who says what (talk), how it reaches others (delivery), what it does to them (influence).

And how customers come: through advertising and friends (acquisition), on invitation (referral); `unheard` is what
reaches nobody.
"""

from loyaltysim.word_of_mouth import acquisition, influence, referral, talk

__all__ = ["acquisition", "influence", "referral", "talk"]
