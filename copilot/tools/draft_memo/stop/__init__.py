"""A memo on what to stop and what to continue."""
