"""What a question says: the names it links to, and how the trained reader reads it."""
