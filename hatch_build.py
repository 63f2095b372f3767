"""Put copies of the project files into a built wheel, where `sweep init` finds them.

Only into a real wheel: in an editable install they would be stale copies beside the originals.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProjectFiles(BuildHookInterface):
    """Add ``models/`` and ``configs/`` as data of the package, not as importable modules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the two folders, unless the install is editable."""
        if version == "standard":
            for folder in ("models", "configs"):
                build_data["force_include"][folder] = f"sweep/_project/{folder}"
