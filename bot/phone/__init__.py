"""The bot on the telephone: a call leg carries the sound, `speech` hears and speaks, the session decides."""
