"""The pages: the debtor's chat, the collector's desk, the strategy room, and the way in."""
