"""The sections of the evaluations page."""
