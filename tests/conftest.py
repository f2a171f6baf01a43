"""Makes the modules beside it, such as the local model service, importable from every test."""
