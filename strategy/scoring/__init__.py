"""Scoring: willingness and ability of each account, from bills and payments alone."""
