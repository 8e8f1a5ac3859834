"""Certificates, tokens, and what the broker reads of them. Pure."""
