"""Where a config names a column."""

import pytest

from importer.settings.config_places import header_places

CONFIG = """\
[input]
header = ["Phone", "Name", "City"]

[columns]
identifier = ["Mobile", "Phone"]
name = "{Name} {Surname}"
tag_separators = ","

[columns.custom_fields]
"City" = "City"
"Joined" = { column = "Since", type = "date" }

[input.where]
"Status" = ["Phone"]

[values."City"]
"Madrid" = "MAD"
"""


@pytest.mark.parametrize(
    ("header", "places"),
    [
        ("Phone", [(5, "columns.identifier")]),
        ("mobile", [(5, "columns.identifier")]),
        ("Surname", [(6, "columns.name")]),
        ("Since", [(11, "columns.custom_fields.Joined.column")]),
        ("City", [(10, "columns.custom_fields.City"), (16, "values.City")]),
        ("Status", [(14, "input.where.Status")]),
        ("Nowhere", []),
    ],
)
def test_each_line_that_names_a_column_is_found(header: str, places: list[tuple[int, str]]) -> None:
    """Alone, in a list, in braces or as the key of its values; the header that the config was made for is no such."""
    assert list(header_places(CONFIG, header)) == places
