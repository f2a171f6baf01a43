"""How one question is answered: a chat model calls tools, and of what came an answer is made."""
