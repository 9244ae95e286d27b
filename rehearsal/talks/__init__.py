"""Whole talks on demand: scripts that are replayed, simulated debtors by the thousand, and how they are measured."""
