"""Which part of an .xlsx is what: the workbook says which sheets it has, and `.rels` parts where everything is."""

from pathlib import PurePosixPath

from importer.readers.excel.markup import listened, local
from importer.readers.excel.workbook import SheetPart
from importer.readers.excel.zip_package import Package, damaged

_MOST_SHEETS = 10_000


class WorkbookParts:
    """The parts of a workbook by their names in the zip; empty where there is none.

    Raises:
        InputError: There is no workbook in it.
        MarkupError: Its XML is broken.

    """

    def __init__(self, package: Package) -> None:
        self.main = _main_part(package)
        contents = _Contents()
        for _ in listened(package.blocks(self.main), contents):
            pass
        folder = PurePosixPath(self.main).parent
        targets = targets_of(package, str(folder / "_rels" / f"{PurePosixPath(self.main).name}.rels"))
        self.from_1904 = contents.from_1904
        self.texts = _part_of_type(targets, folder, "/sharedStrings")
        self.styles = _part_of_type(targets, folder, "/styles")
        self.sheets = [
            SheetPart(name=name, visible=visible, part=_part_name(folder, targets.get(relation, ("", ""))[1]))
            for name, visible, relation in contents.sheets
        ]


class _Contents:
    """Hears `workbook.xml`."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet" and len(self.sheets) < _MOST_SHEETS:
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            visible = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes.get("name", ""), visible, relation))

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Relations:
    """Hears a `.rels` part: what points where."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and len(self.targets) < 2 * _MOST_SHEETS:
            self.targets[attributes.get("Id", "")] = (attributes.get("Type", ""), attributes.get("Target", ""))

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def targets_of(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a `.rels` part points to: by its name there, the type and the target."""
    relations = _Relations()
    if package.size(part):
        for _ in listened(package.blocks(part), relations):
            pass
    return relations.targets


def _main_part(package: Package) -> str:
    found = _part_of_type(targets_of(package, "_rels/.rels"), PurePosixPath(), "/officeDocument")
    main = found if package.size(found) else "xl/workbook.xml"
    if not package.size(main):
        raise damaged(package.path)
    return main


def _part_of_type(targets: dict[str, tuple[str, str]], folder: PurePosixPath, kind: str) -> str:
    return next((_part_name(folder, target) for type_, target in targets.values() if type_.endswith(kind)), "")


def _part_name(folder: PurePosixPath, target: str) -> str:
    """Return the zip's name of what a part points to; a leading slash means from the zip's root."""
    target = target.replace("\\", "/")
    if not target:
        return ""
    return target[1:] if target.startswith("/") else str(folder / target)
