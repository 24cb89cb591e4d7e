"""Write what stands beside a dataset's tables: croissant.json, card, datasheet, citation, checksums."""

from pathlib import Path

from sim.core.provenance import fingerprint
from sim.core.schema import TABLES
from sim.core.store import write_json
from sim.verbs.dataset.croissant import croissant
from sim.verbs.dataset.made import Made
from sim.verbs.dataset.words import BIASES, LIMITS, MAINTENANCE, PERSONAL, SOCIAL, USES, cite, describe_world, how_made

CHECKSUMS = "SHA256SUMS"


def describe(made: Made, folder: Path) -> None:
    """Describe the tables in `folder`; the checksums, last, are of every file there."""
    write_json(folder / "croissant.json", croissant(made, folder))
    for name, text in (("README.md", card(made)), ("DATASHEET.md", datasheet(made)), ("CITATION.cff", citation(made))):
        (folder / name).write_text(text, encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{fingerprint(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8")


def card(made: Made) -> str:
    """The dataset card, with the head that hubs of datasets read."""
    people = made.rows("people")
    size = next(f"n<{most}" for most in ("1K", "10K", "100K", "1M", "10M", "100M") if people <= _number(most))
    tables = "\n".join(_table_words(made, name) for name in made.files)
    hashes = "\n".join(f"| {name} | `{digest}` |" for name, digest in made.hashes().items())
    where = "ties/*.parquet" if len(made.files["ties"]) > 1 else "ties.parquet"
    return f"""---
license: apache-2.0
pretty_name: {made.name}
size_categories: ["{size}"]
tags: [synthetic, social-network, privacy, croissant]
---

# {made.name}

{describe_world(made)} {how_made(made)}

## Tables

{tables}

Times are seconds since 2007-01-01 00:00 UTC. Columns, with types and meanings, are in `croissant.json`.

```python
import duckdb

duckdb.sql("FROM '{where}' SELECT relation, count(*) AS ties GROUP BY relation ORDER BY relation")
```

## Check and make again

`sha256sum --check {CHECKSUMS}` checks the files. `provenance.json` has the whole configuration. Content hashes hold for
the values, in order, however a file is cut, encoded or packed:

| table | content, SHA-256 |
|---|---|
{hashes}

## Use with care

{PERSONAL} {BIASES} {LIMITS}
"""


def _table_words(made: Made, name: str) -> str:
    files = made.files[name]
    place = f"`{name}.parquet`" if len(files) == 1 else f"`{name}/`, {len(files)} files"
    return f"- **{name}** ({place}): {made.rows(name):,} rows, {len(TABLES[name])} columns"


def _number(words: str) -> int:
    return int(words[:-1]) * {"K": 1_000, "M": 1_000_000}[words[-1]]


def datasheet(made: Made) -> str:
    """Answers to the questions of Gebru et al. 2021, Datasheets for Datasets, doi:10.1145/3458723."""
    return f"""# Datasheet of {made.name}

After Gebru et al. 2021, *Datasheets for Datasets*, doi:10.1145/3458723.

**Motivation.** {USES} {SOCIAL} Made by the Afterpost authors; nobody paid for it.

**Composition.** {describe_world(made)} An instance is a row of one of the tables {", ".join(made.files)}. {PERSONAL}
It is no sample of anything. There are no recommended splits; owners are exchangeable, so split by owner. Sensitive
classes and spans are ground truth: they were decided before the text was written.

**Collection.** {how_made(made)} Nobody was observed, asked or paid. {BIASES}

**Preprocessing, cleaning, labelling.** None. Nulls mean that a value does not apply or is not known.

**Uses.** {USES} {LIMITS}

**Distribution.** Apache-2.0. Content hashes are in `README.md`, file checksums in `{CHECKSUMS}`.

**Maintenance.** {MAINTENANCE}
"""


def citation(made: Made) -> str:
    """How to cite it, as Citation File Format 1.2.0."""
    return f"""cff-version: 1.2.0
message: If you use this dataset, please cite it as below.
type: dataset
title: "{made.name}: a synthetic social world"
authors:
  - name: The Afterpost authors
version: "{made.version}"
date-released: "{made.day}"
license: Apache-2.0
abstract: >-
  {describe_world(made)}
notes: >-
  {cite(made)}
"""
