"""Whole tables to look at: the portfolio, a project, the models, the rules. Each for one viewer, from what it may see."""
