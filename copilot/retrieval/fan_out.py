"""Work spread over threads, processes or a cluster by joblib. Where it is done changes nothing in what comes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import TypeVar

from copilot.errors import SettingsError

_DASK = "dask:"
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def fan_out(function: Callable[[_Item], _Result], items: Sequence[_Item], parallel: str) -> Iterator[_Result]:
    """The function of each item, in the order of the items, each as soon as it is there."""
    if len(items) < 2:
        yield from map(function, items)
        return
    import joblib  # type: ignore[import-untyped]  # it has no annotations

    with ExitStack() as opened:
        backend = _backend(parallel, opened)
        everywhere = -1 if backend in ("dask", "ray") else os.cpu_count() or 1
        opened.enter_context(joblib.parallel_config(backend=backend, n_jobs=everywhere))
        workers = joblib.Parallel(return_as="generator", pre_dispatch="4*n_jobs")
        # Closed with the last result, so that no worker goes on when the reader stops early.
        results = opened.enter_context(closing(workers(joblib.delayed(function)(item) for item in items)))
        yield from results


def _backend(parallel: str, opened: ExitStack) -> str:
    """joblib's name of it, connected until `opened` is left.

    Threads are as fast as processes on one machine, because the embedding model and its tokenizer release Python's
    lock, and they share one copy of the model.
    """
    if parallel == "threads":
        return "threading"
    if parallel == "processes":
        return "loky"
    try:
        if parallel.startswith(_DASK):
            from distributed import Client

            address = parallel.removeprefix(_DASK)
            opened.enter_context(Client(address, timeout="10s"))  # type: ignore[no-untyped-call]  # not annotated
            return "dask"
        # Not among our dependencies: whoever has a cluster of it has it installed.
        from ray.util.joblib import register_ray  # type: ignore[import-not-found]
    except ImportError as error:
        raise SettingsError(f"{parallel!r} needs the package {error.name!r}, which is not installed.") from None
    except OSError:
        raise SettingsError(f"There is no scheduler at {parallel.removeprefix(_DASK)}.") from None
    register_ray()
    return "ray"
