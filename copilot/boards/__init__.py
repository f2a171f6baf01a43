"""Whole tables to look at: the portfolio, a project, the models, the rules; each as one viewer may see it."""
