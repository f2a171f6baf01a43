"""Makes the modules beside it, such as the local model service, importable from every test."""

from hypothesis import settings

# A busy machine makes one example slow; how fast things are is for bench/.
settings.register_profile("bearing", deadline=None)
settings.load_profile("bearing")
