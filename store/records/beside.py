"""What records have in common."""

from __future__ import annotations

BESIDE = {"beside": True}
"""Marks a field that is not in the record's own row."""
