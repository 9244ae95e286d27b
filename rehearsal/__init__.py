"""Rehearsals: synthetic portfolios, simulated debtors, the virtual clock and the scoreboards."""
