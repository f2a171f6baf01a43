"""Where the work is done changes nothing in the index."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from retrieval_library import Library

from copilot.errors import SettingsError
from copilot.retrieval.fan_out import fan_out
from copilot.retrieval.index import manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.sync import sync
from copilot.workspace import Workspace

Index = tuple[set[int], bytes, dict[int, int]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as started:
        yield started


def indexed(library: Library, state: Path, parallel: str) -> Index:
    state.mkdir()
    sync(Workspace.open(library.root), None, state, parallel=parallel)
    manifest = Manifest(manifest_path(state), create=False)
    found = manifest.numbers(), manifest.vectors().tobytes(), manifest.near_duplicates()
    manifest.close()
    return found


@pytest.mark.filterwarnings("default")  # the cluster's own, of its sockets and of forks
def test_two_workers_of_a_dask_cluster_make_the_identical_index(
    bare_library: Library, tmp_path: Path, cluster: LocalCluster
) -> None:
    bare_library.write("long.md", "\n\n".join(f"## Part {n}\n\nWard {n} counts {n} beds. " * 9 for n in range(40)))
    bare_library.write("broken.md", "---\nlabel: [board\n---\ntext\n")
    here = indexed(bare_library, tmp_path / "here", "threads")
    there = indexed(bare_library, tmp_path / "there", f"dask:{cluster.scheduler_address}")
    assert there == here
    assert len(here[0]) > 55


def test_processes_make_the_identical_index(bare_library: Library, tmp_path: Path) -> None:
    assert indexed(bare_library, tmp_path / "a", "processes") == indexed(bare_library, tmp_path / "b", "threads")


@pytest.mark.parametrize("parallel", ["threads", "processes"])
def test_results_come_in_the_order_of_the_items(parallel: str) -> None:
    items = list(range(50, 0, -1))
    assert list(fan_out(str, items, parallel)) == [str(item) for item in items]


def test_a_reader_that_stops_early_cancels_the_rest() -> None:
    results = fan_out(str, list(range(1000)), "threads")
    assert next(results) == "0"
    with pytest.warns(UserWarning, match="cancelled"):
        results.close()


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingsError, match=r"no scheduler at tcp://127.0.0.1:9"):
        list(fan_out(str, [1, 2], "dask:tcp://127.0.0.1:9"))


def test_a_cluster_whose_package_is_missing_is_said() -> None:
    with pytest.raises(SettingsError, match="'ray' needs the package 'ray'"):
        list(fan_out(str, [1, 2], "ray"))
