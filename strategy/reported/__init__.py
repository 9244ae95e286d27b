"""Contacts that somebody else made and told us of: an agency, or the bank outside Amends. They count like ours."""
