"""Calls through an Asterisk of the bank: ARI controls them, chan_websocket or AudioSocket carries the sound."""
