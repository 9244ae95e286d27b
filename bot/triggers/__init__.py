"""Sensitive words, found before the dialogue model sees a text: which duty they touch, and what follows."""

from bot.triggers.lexicon import LEXICON, Trigger, answer, detect, named

__all__ = ["LEXICON", "Trigger", "answer", "detect", "named"]
