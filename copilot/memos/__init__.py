"""Memos: what they hold, how they are kept, checked again, and written as Markdown, Word and PDF."""
