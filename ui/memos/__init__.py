"""Parts of the page of memos."""
