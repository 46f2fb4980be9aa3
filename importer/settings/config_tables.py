"""The config's tables as pydantic models: every key, and its check.

There are no defaults here: a key that is missing stays unset, and `importer.settings.options` has its default.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from importer.mapper import contact_fields as cell_checks
from importer.mapper.options import IdentifierFormat, MobileForm, OnBadValue, Several
from importer.model.account import FieldType
from importer.model.loopback import is_loopback
from importer.model.payload import BOT_STATUSES, SOURCES
from importer.model.policy import Ambiguous, Existing, FailOn, Gone, OnConflict
from importer.model.runs import REPORT_KINDS
from importer.notify.address import notice_address
from importer.notify.event import Event
from importer.notify.options import ATTACHABLE, SmtpSecurity, WebhookFormat
from importer.readers.options import HIDDEN_READ, HIDDEN_SKIP
from importer.settings import value_checks as checks

Line = Annotated[str, AfterValidator(checks.single_line)]
Name = Annotated[Line, AfterValidator(checks.not_empty)]
Names = Annotated[tuple[Name, ...], BeforeValidator(checks.as_tuple)]
Header = Annotated[str, AfterValidator(checks.not_empty)]
Headers = Annotated[tuple[Header, ...], BeforeValidator(checks.as_tuple)]
OneOrSeveral = Annotated[tuple[str, ...], BeforeValidator(checks.as_tuple), AfterValidator(checks.one_or_several)]
NotNegative = Annotated[float, AfterValidator(checks.not_negative)]
Days = Annotated[str, BeforeValidator(checks.as_text), AfterValidator(checks.days)]
Seconds = Annotated[str, AfterValidator(checks.seconds)]
Words = Annotated[tuple[str, ...], BeforeValidator(checks.command)]
Address = Annotated[str, AfterValidator(notice_address)]
MailAddress = Annotated[Line, AfterValidator(checks.mail_address)]
Attachable = Annotated[str, AfterValidator(checks.one_of(ATTACHABLE))]
EventWord = Annotated[str, AfterValidator(checks.one_of(Event))]
Time = Annotated[Seconds, AfterValidator(checks.some_time)]
ReportKind = Annotated[str, AfterValidator(checks.one_of(REPORT_KINDS))]


def _path(text: str, folder: ValidationInfo[Path]) -> Path | None:
    """Return the path, seen from the folder that is the context of the validation, or the home; None for no text."""
    return Path(folder.context) / os.path.expanduser(text) if text else None  # noqa: PTH111 - no home is no error


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ServiceTable(_Table):
    """`[service]`."""

    base_url: Annotated[str, AfterValidator(checks.base_url)] | None = None
    rate: NotNegative | None = None
    concurrency: Annotated[int, AfterValidator(checks.concurrency)] | None = None
    token_file: Annotated[Name, AfterValidator(_path)] | None = None
    settle_seconds: NotNegative | None = None
    account: Line | None = None
    ambiguous: Annotated[str, AfterValidator(checks.one_of(Ambiguous))] | None = None
    max_outage_seconds: Annotated[Seconds | None, Field(validation_alias="max_outage")] = None


class InputTable(_Table):
    """`[input]`."""

    sheet: str | None = None
    header_row: Annotated[int, AfterValidator(checks.header_row)] | None = None
    no_header: bool | None = None
    encoding: Annotated[str, AfterValidator(checks.encoding)] | None = None
    delimiter: Annotated[str, AfterValidator(checks.delimiter)] | None = None
    hidden_rows: Annotated[str, AfterValidator(checks.one_of((HIDDEN_READ, HIDDEN_SKIP)))] | None = None
    header: Annotated[tuple[str, ...], BeforeValidator(checks.as_tuple)] | None = None
    max_download_mb: Annotated[int, AfterValidator(checks.megabytes)] | None = None
    download_timeout_seconds: Annotated[Time | None, Field(validation_alias="download_timeout")] = None
    where: Mapping[Header, Annotated[tuple[str, ...], BeforeValidator(checks.as_tuple)]] | None = None


class ContactTable(_Table):
    """`[contact]`."""

    source: Annotated[str, AfterValidator(checks.one_of(SOURCES))] | None = None
    country: Annotated[str, AfterValidator(checks.country)] | None = None
    identifier_format: Annotated[str, AfterValidator(checks.one_of(IdentifierFormat))] | None = None
    mobile_form: Annotated[str, AfterValidator(checks.one_of(MobileForm))] | None = None
    several: Annotated[str, AfterValidator(checks.one_of(Several))] | None = None
    on_bad_value: Annotated[str, AfterValidator(checks.one_of(OnBadValue))] | None = None
    tags: Names | None = None
    existing: Annotated[str, AfterValidator(checks.one_of(Existing))] | None = None
    on_conflict: Annotated[str, AfterValidator(checks.one_of(OnConflict))] | None = None
    gone: Annotated[str, AfterValidator(checks.one_of(Gone))] | None = None
    clear_mark: Line | None = None
    assigned_user: Line | None = None
    team: Line | None = None
    channel: Line | None = None
    bot_status: Annotated[str, AfterValidator(checks.or_empty(checks.one_of(BOT_STATUSES)))] | None = None
    note: Annotated[str, AfterValidator(checks.as_in_cells(cell_checks.note))] | None = None
    strict_text: bool | None = None
    repair_text: bool | None = None


_TYPES_OF_KEYS: dict[str, tuple[str, ...]] = {
    "format": ("date",),
    "separator": ("checkbox",),
    "decimal": ("number",),
    "options": ("dropdown", "checkbox"),
}


class CustomFieldTable(_Table):
    """One custom field of `[columns.custom_fields]`."""

    column: Header
    type: Annotated[str, AfterValidator(checks.one_of(FieldType))] | None = None
    format: Annotated[str, AfterValidator(checks.date_format)] | None = None
    separator: str | None = None
    decimal: Annotated[str, AfterValidator(checks.decimal_sign)] | None = None
    options: Names | None = None

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> Self:
        for key, types in _TYPES_OF_KEYS.items():
            if getattr(self, key) and (self.type or FieldType.TEXT) not in types:
                raise ValueError(f'"{key}" is for the type {" or ".join(types)}; this field is {self.type or "text"}')
        return self


def _as_custom_field(value: Any) -> Any:  # noqa: ANN401 - anything that TOML knows may stand there
    return {"column": value} if isinstance(value, str) else value


CustomField = Annotated[CustomFieldTable, BeforeValidator(_as_custom_field)]


class ColumnsTable(_Table):
    """`[columns]`."""

    identifier: OneOrSeveral | None = None
    name: OneOrSeveral | None = None
    tags: Headers | None = None
    tag_separators: str | None = None
    note: str | None = None
    assigned_user: str | None = None
    team: str | None = None
    channel: str | None = None
    bot_status: str | None = None
    country: str | None = None
    custom_fields: Mapping[Name, CustomField] | None = None


class RunTable(_Table):
    """`[run]`."""

    report_dir: Annotated[Name, AfterValidator(_path)] | None = None
    reports: Annotated[tuple[ReportKind, ...], BeforeValidator(checks.as_tuple)] | None = None
    csv_for_excel: bool | None = None
    journal: Annotated[Line, AfterValidator(_path)] | None = None
    done_dir: Annotated[Line, AfterValidator(_path)] | None = None
    limit: Annotated[int, AfterValidator(checks.row_limit)] | None = None
    dry_run: bool | None = None
    sandbox: bool | None = None
    max_failures: Annotated[str, BeforeValidator(checks.as_text), AfterValidator(checks.max_failures)] | None = None
    min_rows: Annotated[str, BeforeValidator(checks.as_text), AfterValidator(checks.min_rows)] | None = None
    fail_on: Annotated[str, AfterValidator(checks.one_of(FailOn))] | None = None
    max_duration_seconds: Annotated[Seconds | None, Field(validation_alias="max_duration")] = None
    wait: bool | None = None
    yes: bool | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    as_json: Annotated[bool | None, Field(alias="json")] = None  # a model has a method `json` already
    log_format: Annotated[str, AfterValidator(checks.one_of(checks.LOG_FORMATS))] | None = None
    log_file: Annotated[Line, AfterValidator(_path)] | None = None
    metrics: Annotated[Line, AfterValidator(_path)] | None = None


class NotifyTable(_Table):
    """`[notify]`."""

    on: Annotated[tuple[EventWord, ...], BeforeValidator(checks.as_tuple)] | None = None
    details: bool | None = None
    webhook: Address | None = None
    webhook_file: Annotated[Name, AfterValidator(_path)] | None = None
    webhook_format: Annotated[str, AfterValidator(checks.one_of(WebhookFormat))] | None = None
    ping: Address | None = None
    ping_file: Annotated[Name, AfterValidator(_path)] | None = None
    mail_to: Annotated[tuple[MailAddress, ...], BeforeValidator(checks.as_tuple)] | None = None
    mail_from: MailAddress | None = None
    mail_attach: Annotated[tuple[Attachable, ...], BeforeValidator(checks.as_tuple)] | None = None
    smtp_server: Line | None = None
    smtp_port: Annotated[int, AfterValidator(checks.port)] | None = None
    smtp_security: Annotated[str, AfterValidator(checks.one_of(SmtpSecurity))] | None = None
    smtp_user: Line | None = None
    smtp_password_file: Annotated[Name, AfterValidator(_path)] | None = None
    on_failure: Words | None = None
    on_degraded: Words | None = None
    on_new: Words | None = None
    on_known: Words | None = None
    on_success: Words | None = None

    @model_validator(mode="after")
    def _mail_has_a_way(self) -> Self:
        if self.mail_to and not self.smtp_server:
            raise ValueError("mail_to needs smtp_server, the mail server's name")
        if self.smtp_server and self.smtp_security is SmtpSecurity.NONE and not is_loopback(self.smtp_server):
            raise ValueError('smtp_security = "none" is for a server on this computer alone; use "starttls" or "tls"')
        return self


class RetentionTable(_Table):
    """`[retention]`."""

    older_than_days: Annotated[Days | None, Field(validation_alias="older_than")] = None


class AccountTable(_Table):
    """`[accounts.NAME]`: what one of several accounts has of its own."""

    base_url: Annotated[str, AfterValidator(checks.base_url)] | None = None
    rate: NotNegative | None = None
    token_file: Annotated[Name, AfterValidator(_path)] | None = None
    account: Line | None = None
    journal: Annotated[Name, AfterValidator(_path)] | None = None
    report_dir: Annotated[Name, AfterValidator(_path)] | None = None


AccountName = Annotated[str, AfterValidator(checks.account_name)]


class Tables(_Table):
    """The whole config."""

    service: ServiceTable = ServiceTable()
    input: InputTable = InputTable()
    contact: ContactTable = ContactTable()
    columns: ColumnsTable = ColumnsTable()
    values: Mapping[str, Mapping[str, str]] | None = None
    run: RunTable = RunTable()
    notify: NotifyTable = NotifyTable()
    retention: RetentionTable = RetentionTable()
    accounts: Mapping[AccountName, AccountTable] | None = None


TABLES = tuple(Tables.model_fields)


def keys_of(table: str) -> tuple[str, ...]:
    """Return the keys of a table, as the config names them; none of `values` and `accounts`, whose keys are names."""
    model = getattr(Tables.model_fields[table].annotation, "model_fields", {})
    return tuple(str(field.validation_alias or name) for name, field in model.items())
