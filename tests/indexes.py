"""Indexes made once a run, and copied to where a test opens its workspace."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from copilot import Settings, index

CORPUS = Path(__file__).parent / "fixtures" / "corpus"


@dataclass(frozen=True)
class Indexes:
    folder: Path
    """One that all workers of the run see."""

    def copy_to(self, settings: Settings) -> Settings:
        """Gives the workspace of the settings, the fixture or a copy of it at another path, the fixture's index."""
        made = Settings(workspace=CORPUS, state_dir=self.folder / "state")
        is_made = self.folder / "made"
        with FileLock(self.folder / "lock"):
            if not is_made.exists():
                index(made)
                is_made.touch()
        shutil.copytree(made.workspace_state(), settings.workspace_state(), dirs_exist_ok=True)
        return settings
