"""Sensitive words, found before the dialogue model sees a text: which duty they touch, and what follows."""

from bot.triggers.classifier import NoModel
from bot.triggers.detector import Found, detect, examine, ready
from bot.triggers.lexicon import LEXICON, Trigger, answer, by_key, named

__all__ = ["LEXICON", "Found", "NoModel", "Trigger", "answer", "by_key", "detect", "examine", "named", "ready"]
