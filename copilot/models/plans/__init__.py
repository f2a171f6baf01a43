"""How each tool is called for: one module a kind of tool, each a function from a read question to calls."""
