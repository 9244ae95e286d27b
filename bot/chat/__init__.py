"""The chat channel: links that open a talk, the door behind them, and the outbox they leave by."""
