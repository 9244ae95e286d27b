"""Hearing and speaking: audio files, voice activity, recognition, synthesis. Knows sounds and words, not debts."""
