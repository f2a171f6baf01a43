"""Parts of passages that can be quoted, and what kinds of figures they hold."""
