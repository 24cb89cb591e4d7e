"""Describe a dataset folder for machines: Croissant 1.0 with the vocabulary of responsible AI (RAI 1.0).

https://docs.mlcommons.org/croissant/docs/croissant-spec.html, .../croissant-rai-spec.html
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.provenance import fingerprint
from sim.core.schema import TABLES
from sim.verbs.dataset.made import Made
from sim.verbs.dataset.words import BIASES, LIMITS, MAINTENANCE, PERSONAL, SOCIAL, USES, cite, describe_world, how_made

CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{
        name: f"cr:{name}"
        for name in (
            "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet",
            "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
            "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField",
            "transform",
        )
    },
}  # fmt: skip
KEYS = {"people": ["person"], "owners": ["person"], "ties": ["source", "target"], "posts": ["post"]}
"""Columns that tell the rows of a table apart."""
PARQUET = "application/x-parquet"


def croissant(made: Made, folder: Path) -> dict[str, Any]:
    """The JSON-LD document of the files in `folder`."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": made.name,
        "description": describe_world(made),
        "version": made.version,
        "license": "https://www.apache.org/licenses/LICENSE-2.0",
        "url": made.config["url"],
        "creator": {"@type": "sc:Organization", "name": "The Afterpost authors"},
        "datePublished": made.day,
        "dateCreated": made.day,
        "citeAs": cite(made),
        "keywords": ["synthetic data", "social network", "privacy", "deletion"],
        "inLanguage": "mul",
        "isLiveDataset": False,
        "rai:dataCollection": how_made(made),
        "rai:dataCollectionType": ["Synthetic data"],
        "rai:dataCollectionTimeFrame": [made.day],
        "rai:dataCollectionMissingData": "A null means that the value does not apply or is not known; see each field.",
        "rai:dataAnnotationProtocol": "None: sensitive classes and their spans in texts are written with the texts.",
        "rai:personalSensitiveInformation": PERSONAL,
        "rai:dataSocialImpact": SOCIAL,
        "rai:dataBiases": BIASES,
        "rai:dataLimitations": LIMITS,
        "rai:dataUseCases": USES,
        "rai:dataReleaseMaintenancePlan": MAINTENANCE,
        "distribution": [entry for table in made.files for entry in _files(made, table, folder)],
        "recordSet": [_records(made, table) for table in made.files],
    }


def _files(made: Made, table: str, folder: Path) -> list[dict[str, Any]]:
    files = made.files[table]
    if len(files) > 1:
        about = {"@type": "cr:FileSet", "@id": table, "name": table, "includes": f"{table}/*.parquet"}
        return [about | {"description": f"Table {table} in {len(files)} parts.", "encodingFormat": PARQUET}]
    (file,) = files
    return [
        {
            "@type": "cr:FileObject",
            "@id": table,
            "name": table,
            "description": f"Table {table}.",
            "contentUrl": file.relative_to(folder).as_posix(),
            "contentSize": f"{file.stat().st_size} B",
            "encodingFormat": PARQUET,
            "sha256": fingerprint(file),
        }
    ]


def _records(made: Made, table: str) -> dict[str, Any]:
    source = {"fileSet" if len(made.files[table]) > 1 else "fileObject": {"@id": table}}
    fields = []
    for column in TABLES[table]:
        told = {"@type": "cr:Field", "@id": f"{table}.{column.name}", "name": f"{table}.{column.name}"}
        told["description"] = column.meaning
        taken = {**source, "extract": {"column": column.name}}
        if pa.types.is_list(column.type):
            inner = [
                {
                    "@type": "cr:Field", "@id": f"{table}.{column.name}.{part.name}",
                    "name": f"{table}.{column.name}.{part.name}", "description": f"{part.name} of each",
                    "dataType": _type(part.type), "source": {**taken, "transform": {"jsonPath": part.name}},
                }
                for part in column.type.value_type
            ]  # fmt: skip
            fields.append({**told, "repeated": True, "subField": inner})
        else:
            fields.append({**told, "dataType": _type(column.type), "source": taken})
    keys = [{"@id": f"{table}.{name}"} for name in KEYS.get(table, [])]
    return {
        "@type": "cr:RecordSet", "@id": f"{table}-rows", "name": f"{table}-rows", "description": f"Rows of {table}.",
        **({"key": keys} if keys else {}), "field": fields,
    }  # fmt: skip


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
