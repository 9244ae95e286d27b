"""What each act does that the dialogue model proposes: choose approved words, decide money, write the record."""

from bot.acts.run import Actions

__all__ = ["Actions"]
