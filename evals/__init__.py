"""How well the copilot answers: samples, scorers, runs and their comparison."""
