"""Makes the modules beside it, such as the local model service, importable from every test."""

import pytest
from hypothesis import settings

# A busy machine makes one example slow; how fast things are is for bench/.
settings.register_profile("bearing", deadline=None)
settings.load_profile("bearing")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="Write the golden files of tools/golden anew.")
