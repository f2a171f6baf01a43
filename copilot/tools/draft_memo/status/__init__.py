"""A memo on how projects stand."""
