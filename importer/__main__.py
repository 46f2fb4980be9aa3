"""Makes `python -m importer` the same as `callbell-importer`."""

from importer.cli.command_line import main

if __name__ == "__main__":
    main()
