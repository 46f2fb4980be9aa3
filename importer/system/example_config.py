"""Where config.example.toml is, which has every setting: in the folder that the importer was installed from."""

import importlib.metadata
import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

_DISTRIBUTION = "callbell-importer"
_NAME = "config.example.toml"


def example_config() -> Path | None:
    """Return the file, or None where that folder is not there any more, or was none."""
    package = Path(__file__).resolve().parents[1]
    found = (folder / _NAME for folder in (package.parent, source_folder()) if folder)
    return next((path for path in found if path.is_file()), None)


def source_folder(distribution: str = _DISTRIBUTION) -> Path | None:
    """Return the folder that pip or pipx installed it from, as PEP 610 has it written down; None: it was no folder."""
    with suppress(importlib.metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        text = importlib.metadata.distribution(distribution).read_text("direct_url.json")
        url = urlsplit(json.loads(text or "")["url"])
        return Path(url2pathname(url.path)) if url.scheme == "file" else None
    return None
