"""The dispatcher: what is due goes through the gate, is reserved in the same transaction, and only then is placed."""
