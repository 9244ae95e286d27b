"""The HTTP API: the debtor's chat, and the webhook that Rasa calls."""
