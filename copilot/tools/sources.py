from copilot.sources import Sources as Sources
