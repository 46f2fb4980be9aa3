"""The nightly jobs that are in place on this computer, each with how its last import ended."""

from collections.abc import Sequence

from importer.commands.context import CommandContext
from importer.commands.doctor.schedule_check import InstalledJob
from importer.commands.last_import import last_import
from importer.system.installed_crons import nightly_jobs
from importer.system.service_user import own_name


def installed_jobs(context: CommandContext) -> Sequence[InstalledJob]:
    """Return the services and cron jobs that `schedule --install` put in place, as far as they may be read."""
    return [
        InstalledJob(unit=unit, is_own=unit.user == own_name(), last=last_import(unit.journal), zone=context.zone)
        for unit in nightly_jobs()
    ]
