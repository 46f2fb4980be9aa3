"""Where config.example.toml is, which has every setting: it is installed with the importer."""

import importlib.metadata
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

_DISTRIBUTION = "callbell-importer"
_NAME = "config.example.toml"


def example_config() -> Path | None:
    """Return the file; None: there is none. What was installed stays there when the project's folder is deleted."""
    package = Path(__file__).resolve().parents[1]
    source = source_folder()
    found = (package.parent / _NAME, *installed_examples(), *([source / _NAME] if source else []))
    return next((path for path in found if path.is_file()), None)


def installed_examples(distribution: str = _DISTRIBUTION) -> Iterator[Path]:
    """Yield where pip or pipx installed the file, as they have it written down; nothing in an editable installation."""
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.distribution(distribution).files or ():
            if file.name == _NAME:
                yield Path(str(file.locate())).resolve()


def source_folder(distribution: str = _DISTRIBUTION) -> Path | None:
    """Return the folder that pip or pipx installed it from, as PEP 610 has it written down; None: it was no folder."""
    with suppress(importlib.metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        text = importlib.metadata.distribution(distribution).read_text("direct_url.json")
        url = urlsplit(json.loads(text or "")["url"])
        return Path(url2pathname(url.path)) if url.scheme == "file" else None
    return None
