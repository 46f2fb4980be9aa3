"""Which answers to a run hold for the files that it wrote."""

from dataclasses import replace

from importer.commands.input.input_sheet import ConsentAnswer
from importer.commands.questions.earlier_answers import RunsBefore
from importer.commands.questions.run_answers import columns_for, consent_for
from importer.model.rows import Sheet
from importer.model.runs import CONSENT
from tests.support.journals import record

ALL, SOME = ConsentAnswer((), ("Sí", "No")), ConsentAnswer(("Sí",), ("Sí", "No"))
HEADER = ("Tel", "Móvil", "Nombre", "Acepta", "import_row")


def own(name: str = "failed.xlsx", header: tuple[str, ...] = HEADER) -> list[Sheet]:
    """Return the only sheet of a file of our own making."""
    return [Sheet(file=f"/srv/reports/run/{name}", header=header)]


def test_of_several_sheets_the_name_of_the_file_tells_whose_rows_it_has() -> None:
    """Where it does not, all sheets whose columns are there have to have had the same answer."""
    kept = [{"Acepta": ALL}, {"Acepta": SOME}, {"Consent": ALL}, {}]
    assert consent_for(kept, own("failed-2-clientes.xlsx")) == [{"Acepta": SOME}]
    assert consent_for(kept, own("failed-9-clientes.xlsx")) == [{}]
    assert consent_for(kept, own("results.xlsx")) == [{}]
    assert consent_for(kept[1:], own("results.xlsx")) == [{"Acepta": SOME}]


def test_columns_hold_where_all_of_them_are_there() -> None:
    """Those of which a text is put together too."""
    kept = [{"identifier": ["Móvil", "Tel"], "name": "{Nombre} {Apellidos}"}]
    assert columns_for(kept, own(header=(*HEADER, "Apellidos"))) == kept
    assert columns_for(kept, own()) == [{}]


def test_what_the_run_before_was_asked_holds_for_rows_that_were_to_be_fixed_twice() -> None:
    """A retry, say, asks nobody; the columns are those of the run that wrote the file itself."""
    said = {CONSENT: [{"Acepta": {"only": [], "seen": ["Sí", "No"]}}], "guessed": [{"identifier": "Tel"}]}
    first = replace(record("first"), files=("/srv/lista.xlsx",), options=said)
    failed = f"{first.report_dir}/failed.xlsx"
    second = replace(record("second"), files=(failed,), options={"guessed": [{"identifier": "Móvil"}]})
    files = (f"{second.report_dir}/failed.xlsx",)
    found = RunsBefore(runs=[second, first], files=files).answers({}, own())
    assert (found.consent, found.consent_where) == ([{"Acepta": ALL}], "an earlier run of these rows")
    assert found.mappings == [{"identifier": "Móvil"}]
    assert found.of_list == {"list": {"file": "/srv/lista.xlsx"}}


def test_of_a_file_that_another_journal_wrote_nothing_is_taken() -> None:
    """Nor is anything of a list in a folder of reports."""
    first = replace(record("first"), options={"guessed": [{"identifier": "Tel"}]})
    elsewhere = RunsBefore(runs=[first], files=("/other/failed.xlsx",)).answers({}, own())
    listed = RunsBefore(runs=[first], files=(f"{first.report_dir}/lista.xlsx",)).answers({}, own(header=HEADER[:-1]))
    assert (elsewhere.mappings, elsewhere.consent) == ((), ())
    assert (listed.mappings, listed.consent) == ((), ())
