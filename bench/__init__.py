"""Benchmarks: how good the models are, and how fast everything is; see `scripts/bench`."""
