"""Long work: what may be asked for, by whom, and the workers that do it."""
