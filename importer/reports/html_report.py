"""report.html: one page for a browser or a mail, without network, light and dark, printable.

Everything from the input and the service is escaped, and the page forbids all that is not its own: no address is
loaded, and no script runs but the one whose hash its policy names.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape

from importer.model.plain_text import counted, plain
from importer.model.protocols import ReportSource
from importer.model.rows import Sheet, Status
from importer.model.runs import ProblemGroup, ShownRow, ShownRows
from importer.reports.failed_rows import cell_names, wrong_places
from importer.reports.problem_groups import first_rows, group_sentence
from importer.reports.report_advice import RetryCommands, row_step
from importer.reports.run_summary import RunSummary, pace_points
from importer.reports.svg_plot import bars, rate_line
from importer.reports.workbook_style import STATUS_COLOURS

_MOST_ROWS, _MOST_CHARACTERS = 1_000, 250_000
"""Of rows that need a person: a page of some hundreds of KB, which every mail takes."""
_MOST_GROUPS = 100
_HEADINGS = {
    "problem": ("Problems", "What is wrong, and what to do"),
    "worth a look": ("Worth a look", "What it is, and what to do"),
    "for information": ("For information", "What it is"),
}
"""Of each kind of groups: of its section, and of what is said of them."""
_LONGEST_TEXT = 300
_LONGEST_NAME = 80

_STYLE = """
:root { color-scheme: light dark; --text: #1f2933; --quiet: #5f6b76; --page: #f6f7f9; --card: #fff; --rule: #dfe3e8;
  --line: #2f7ec0; --limit: #d64545; --code: #eef1f4 }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7eb; --quiet: #9aa5b1; --page: #15191e; --card: #1e242b;
  --rule: #343c46; --line: #63b3ed; --limit: #fc8181; --code: #2a323c } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", sans-serif }
main { max-width: 1100px; margin: 0 auto; padding: 24px 16px 48px }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere } h2 { font-size: 17px; margin: 0 0 12px }
.notice { font-weight: 600; border: 2px solid #d08700; border-radius: 8px; padding: 6px 12px; margin: 10px 0 }
.lead { font-size: 18px; margin: 6px 0 2px } .quiet, dt { color: var(--quiet) }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 16px; margin-top: 16px }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px }
.two section { min-width: 0 }
svg { display: block; width: 100%; height: auto; margin-bottom: 8px; font-size: 16px } svg text { fill: var(--text) }
.grid { stroke: var(--rule) } .line { fill: none; stroke: var(--line); stroke-width: 2 }
.area { fill: var(--line); opacity: .15 } .limit { stroke: var(--limit); stroke-dasharray: 6 4 }
svg .limit-name { fill: var(--limit) }
table { border-collapse: collapse; width: 100%; font-size: 14px } .scroll { overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid var(--rule) }
th { white-space: nowrap; color: var(--quiet); font-weight: 600 } td { overflow-wrap: break-word }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.status { display: inline-block; border-radius: 4px; padding: 0 7px; color: #fff; font-weight: 600 }
.status, td.n { white-space: nowrap }
code, pre { background: var(--code); border-radius: 4px; font: 13px/1.5 ui-monospace, Consolas, monospace }
pre { padding: 8px 10px; margin: 4px 0 12px; white-space: pre-wrap; overflow-wrap: anywhere } p { margin: 0 0 4px }
input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--rule); border-radius: 6px;
  padding: 6px 10px; width: min(100%, 360px); margin-bottom: 12px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 }
dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 600px) { .groups :is(th, td):is(:nth-child(2), :nth-child(5)), .wide thead { display: none }
  th, td { padding: 6px 8px 6px 0 } th { white-space: normal }
  .wide tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--rule) }
  .wide td, .wide td.n { display: inline-block; border: 0; padding: 0 12px 2px 0 } .wide tr[hidden] { display: none }
  .wide td:nth-last-child(-n+2) { display: block; white-space: normal } }
@media print { body { background: none; font-size: 11px } section { break-inside: avoid; border-color: #ccc }
  section:has(.wide) { break-inside: auto } h2 { break-after: avoid }
  input { display: none } tr, svg { break-inside: avoid } main { max-width: none; padding: 0 } }
"""
_SCRIPT = """
const box = document.getElementById("search"), told = document.getElementById("told");
const rows = [...document.querySelectorAll("#rows tbody tr")];
box?.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    shown += !row.hidden;
  }
  told.textContent = words.length ? `${shown} shown` : "";
});
"""


def html_report(source: ReportSource, about: RunSummary) -> str:
    """Return the page, which is never longer than some hundreds of KB.

    Args:
        source: The run.
        about: What the page says of it.

    """
    sections = [
        _plots(about),
        _section("What to do next", "".join(map(_step, about.steps))),
        *(_groups(*_HEADINGS[kind], groups, source.sheets()) for kind, groups in about.groups.items()),
        _rows_to_fix(source, about),
        '<div class="two">',
        _section("The run", _pairs(about.facts)) + _section("Options used", _pairs(about.options)),
        "</div>",
    ]
    notice = f'<p class="notice">{_text(about.notice)}</p>' if about.notice else ""
    left_out = "".join(f"<p>{_text(one)}</p>" for one in (about.left_out, about.not_kept) if one)
    body = (
        f"<header><h1>{_text(about.title)}</h1>{notice}"
        f'<p class="lead">{_text(about.headline)}</p>{left_out}<p class="quiet">{_text(about.ended)}</p></header>'
        + "".join(sections)
    )
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(about.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{body}</main><script>{_SCRIPT}</script></body></html>\n"
    )


def _text(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text as HTML: on one line, not too long, and nothing but text."""
    one_line = plain(text)
    return escape(one_line if len(one_line) <= longest else one_line[: longest - 1] + "…")


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>" if content else ""


def _plots(about: RunSummary) -> str:
    counts = [(about.word(status), count, STATUS_COLOURS[status]) for status, count, _ in about.counts]
    meanings = _table(
        ("Status", "Rows", "What it means"),
        (
            (_status(status, about.word(status)), f"{count:,}", escape(meaning))
            for status, count, meaning in about.counts
        ),
    )
    unit, points = pace_points(about.record)
    pace = rate_line("Requests per second over the run", points, unit, about.record.rate_limit) if points else ""
    by_status = _section("Rows by status", bars("Rows by status", counts) + meanings) if counts else ""
    return f'<div class="two">{by_status}{_section("Requests per second", pace)}</div>'


def _step(step: tuple[str, str]) -> str:
    sentence, command = step
    commands = f"<pre>{escape(command)}</pre>" if command else ""
    return f"<p>{escape(plain(sentence))}</p>{commands}"


def _groups(title: str, told: str, groups: Sequence[ProblemGroup], sheets: Sequence[Sheet]) -> str:
    if not groups:
        return ""
    lines = (
        (
            f"{group.count:,}",
            _text(group.column, _LONGEST_NAME),
            _text(group_sentence(group)),
            _text(first_rows(group, sheets, "…")),
            f"<code>{_text(group.code)}</code>",
        )
        for group in groups[:_MOST_GROUPS]
    )
    more = len(groups) - _MOST_GROUPS
    note = f'<p class="quiet">And {counted(more, "kind")} more: see summary.json.</p>' if more > 0 else ""
    table = _table(("Rows", "Column", told, "First rows", "Code"), lines, "groups")
    return _section(title, table + note)


def _rows_to_fix(source: ReportSource, about: RunSummary) -> str:
    """Return the rows that need a person, to be searched; as many as a page has room for."""
    sheets, lines, room = source.sheets(), list[Sequence[str]](), _MOST_CHARACTERS
    several, commands = len(sheets) > 1, RetryCommands.of(about.record)
    needed = ((sheet, row) for index, sheet in enumerate(sheets) for row in source.shown_rows(index, ShownRows.TO_FIX))
    more = ""
    for sheet, row in needed:
        if len(lines) >= _MOST_ROWS or room < 0:
            more = f'<p class="quiet">These are the first {len(lines):,}; all of them are in the file to fix.</p>'
            break
        lines.append(_row(sheet, row, commands, is_one_of_several=several))
        room -= sum(map(len, lines[-1]))
    if not lines:
        return ""
    header = [*(["File"] if several else []), "Row", "Cells", "Status", "Name", "Identifier", "Why", "What to do"]
    search = '<input id="search" type="search" placeholder="Search these rows" aria-label="Search these rows"> '
    told = '<span id="told" class="quiet" aria-live="polite"></span>'
    return _section("Rows that need you", f'{search}{told}<div id="rows">{_table(header, lines, "wide")}</div>{more}')


def _row(sheet: Sheet, row: ShownRow, commands: RetryCommands, *, is_one_of_several: bool) -> Sequence[str]:
    """Return the cells of a row that needs a person."""
    result = row.result
    texts = (
        cell_names(wrong_places(sheet, row.columns), result.row),
        result.name,
        result.identifier,
        result.reason,
    )
    cells, name, identifier, reason = (
        _text(text, longest) for text, longest in zip(texts, (*[_LONGEST_NAME] * 3, _LONGEST_TEXT), strict=True)
    )
    step = escape(plain(row_step(result, commands)))  # whole: half a command does something else
    file = [_text(sheet.file, _LONGEST_NAME)] if is_one_of_several else []
    return [*file, str(result.row), cells, _status(result.status, result.status.value), name, identifier, reason, step]


def _table(header: Sequence[str], lines: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table of cells that are HTML already; counts and numbers of rows are at the right.

    Args:
        header: The names of the columns.
        lines: The rows.
        kind: What it becomes on a narrow screen: a class of the style.

    """
    numbers = [place for place, name in enumerate(header) if name in {"Row", "Rows"}]
    kinds = [' class="n"' if place in numbers else "" for place in range(len(header))]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, header, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, line, strict=True)) + "</tr>"
        for line in lines
    )
    return f'<div class="scroll {kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _status(status: Status, word: str) -> str:
    return f'<span class="status" style="background:{STATUS_COLOURS[status]}">{word}</span>'


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    """Return names with their values."""
    lines = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in pairs)
    return f"<dl>{lines}</dl>" if lines else ""
