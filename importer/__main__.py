"""Makes `python -m importer` the same as `callbell-importer`."""

from importer.cli import main

if __name__ == "__main__":
    main()
