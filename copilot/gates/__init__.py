"""Governance rules as data, and whether a project meets them."""
