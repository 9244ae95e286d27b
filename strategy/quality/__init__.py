"""Drift and data quality: whether what came in can be trusted, and what happens while it cannot."""
