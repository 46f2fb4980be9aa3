"""A command of the importer: how its help looks, and that it ends by an exit code."""

from typing import Any

from typer.core import TyperCommand

from importer.cli.app import exit_codes


class GroupedCommand(TyperCommand):
    """A command whose help shows its options under the headings of their groups.

    typer does so only through rich, whose import takes longer than all the rest of `--help` (0.1 s of 0.24 s,
    November 2026).
    """

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer hides the types that it vendors
        """Run the command; whatever it raises ends in an exit code."""
        with exit_codes():
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the arguments, the ungrouped options, and each group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            heading = getattr(one, "rich_help_panel", None) or f"{one.param_type_name.capitalize()}s"
            if record := one.get_help_record(ctx):
                groups.setdefault(heading, []).append(record)
        for heading, records in sorted(groups.items(), key=lambda group: group[0] == "Options"):
            with formatter.section(heading):
                formatter.write_dl(records)


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands to try."""
    lines = [f"  callbell-importer {one}" for one in commands]
    return "\b\n" + "\n".join(["Examples:", *lines])
