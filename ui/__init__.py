"""The screens. They draw what `copilot` answers and decide nothing."""
