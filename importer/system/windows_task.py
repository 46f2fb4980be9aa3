"""The task that runs a command every night on Windows, as its Task Scheduler reads it. Pure.

Source: [MS-TSCH] 2.5 (the schema of tasks, version 1.2). Not tried on Windows: written after its documentation.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import unescape

from importer.system.nightly_job import DELAY_MINUTES, MOST_STARTS, RETRY_MINUTES, KnownSchedule, NightlyJob

_JOURNAL = ", with the journal "
_TASK = re.compile(r"<Task[ >].*?</Task>", re.DOTALL)
_DOCUMENTATION = re.compile(rf"<Documentation>(callbell-importer[^,<]*){_JOURNAL}([^<]*)</Documentation>")
_TIME = re.compile(r"<StartBoundary>[^<]*T(\d\d):(\d\d)")
_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


def task_xml(job: NightlyJob, first_day: date) -> str:
    """Return the task, to be written in UTF-16.

    Args:
        job: The command; its environment must be empty, as a task has none of its own.
        first_day: On which it begins.

    """
    task: dict[str, Any] = {
        "RegistrationInfo": {
            "Description": "Import of customers into Callbell every night",
            "Documentation": f"{job.name}{_JOURNAL}{job.journal}",
        },
        "Triggers": {"CalendarTrigger": _trigger(job, first_day)},
        # S4U: whether the person is logged on or not, and without their password.
        "Principals": {"Principal": {"UserId": job.user, "LogonType": "S4U", "RunLevel": "LeastPrivilege"}},
        "Settings": {
            "MultipleInstancesPolicy": "IgnoreNew",
            "DisallowStartIfOnBatteries": "false",
            "StopIfGoingOnBatteries": "false",
            "StartWhenAvailable": "true",
            "RunOnlyIfNetworkAvailable": "true",
            "ExecutionTimeLimit": "PT20H",
            "RestartOnFailure": {"Interval": f"PT{RETRY_MINUTES}M", "Count": str(MOST_STARTS - 1)},
        },
        "Actions": {
            "Exec": {
                "Command": job.program[0],
                "Arguments": subprocess.list2cmdline([*job.program[1:], *job.arguments]),
                "WorkingDirectory": job.folder,
            }
        },
    }
    root = ET.Element("Task", version="1.2", xmlns=_NAMESPACE)
    _fill(root, task)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{ET.tostring(root, encoding="unicode")}\n'


def known_tasks(xml: str) -> Iterator[KnownSchedule]:
    """Yield the importer's tasks among those that `schtasks /Query /XML` tells of, in one document or several."""
    for task in _TASK.findall(xml):
        told, time = _DOCUMENTATION.search(task), _TIME.search(task)
        if told and time:
            minute = 60 * int(time[1]) + int(time[2])
            yield KnownSchedule(name=unescape(told[1]), minute=minute, journal=unescape(told[2]))


def _trigger(job: NightlyJob, first_day: date) -> Mapping[str, Any]:
    return {
        "StartBoundary": f"{first_day.isoformat()}T{job.hour:02}:{job.minute:02}:00",
        "RandomDelay": f"PT{DELAY_MINUTES}M",
        "ScheduleByDay": {"DaysInterval": "1"},
    }


def _fill(parent: ET.Element, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        element = ET.SubElement(parent, name)
        if isinstance(value, str):
            element.text = value
        else:
            _fill(element, value)
