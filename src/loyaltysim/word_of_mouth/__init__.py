"""Word of mouth: who says what (talk), how it reaches others (delivery), what it does to them (influence)."""

from loyaltysim.word_of_mouth import influence, talk

__all__ = ["influence", "talk"]
