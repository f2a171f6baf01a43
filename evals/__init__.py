"""How well the copilot answers: samples, scorers, runs, and the shipped workspace they are made on."""
