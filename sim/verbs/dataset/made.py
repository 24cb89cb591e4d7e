"""What a dataset folder holds: its configuration, its files and what is in them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sim.core.clock import iso_date, seconds
from sim.core.content import ContentHash


@dataclass(frozen=True)
class Made:
    """Tables as they were written: `files` and `content` of each by name."""

    config: Mapping[str, Any]
    provenance: Mapping[str, Any]
    files: Mapping[str, list[Path]]
    content: Mapping[str, ContentHash]

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return f"afterpost-{self.config['world']['name']}"

    @property
    def version(self) -> str:
        """The software's version and the first digits of what the tables say: other content is another version."""
        content = sha256(json.dumps(self.hashes(), sort_keys=True).encode()).hexdigest()
        return f"{self.provenance['software']['version']}+{content[:12]}"

    @property
    def day(self) -> str:
        """The day on which the world stands."""
        return iso_date(seconds(self.config["world"]["decision"]))

    @property
    def friends(self) -> bool:
        """Whether ties go both ways."""
        return not self.config["graph"]["directed"]

    @property
    def mean_friends(self) -> float:
        """Mean number of people who may see somebody's posts."""
        return (2 if self.friends else 1) * self.rows("ties") / self.rows("people")

    def rows(self, table: str) -> int:
        """Number of rows; 0 of a table that is not there."""
        return self.content[table].rows if table in self.content else 0

    def hashes(self) -> dict[str, str]:
        """The content hash of each table."""
        return {name: content.whole() for name, content in self.content.items()}
