"""The first rows that are sent are a trial: where all are refused for one reason, so will be those after them. Pure.

20 rows have left, and none was answered otherwise .... nothing else leaves until they are answered
refused for the same reason, all 20 ................... the run is stopped, with the reason and its cure
an answer that is no refusal, or another reason ....... the trial is over
a row that an earlier run sent and that was refused ... is not counted: another row takes its place
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from importer.model.cures import cure_of
from importer.model.journal_rows import Pending
from importer.model.replies import Outcome
from importer.model.requests import Request
from importer.model.rows import Status
from importer.model.stop import Stop
from importer.worker_pool.operation import Final, StepT

TRIAL_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAlike(Stop):
    """The first rows were all refused for one and the same reason; a person may want to go on all the same."""


@dataclass(slots=True)
class Trial:
    """Judges the first rows; a trial of no rows is over before it begins."""

    rows: int = 0
    is_on: bool = field(init=False)
    _sent: int = 0
    _refused: int = 0
    _may_hold: bool = True
    _reason: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self.is_on = self.rows > 0

    @property
    def is_holding(self) -> bool:
        """Whether nothing is to leave now: all rows of the trial have left, and their answers are waited for."""
        return self.is_on and self._may_hold and self._sent >= self.rows

    def leave(self, step: StepT, attempts: int, request: Callable[[StepT], Request]) -> None:
        """Take note that a step's request leaves, after so many of its row that may have changed something."""
        if self.is_on:
            self._sent += not attempts and request(step).is_change

    def follow(self, row: Pending | None, attempts: int, decision: object) -> RefusedAlike | None:
        """Return why to stop after what was decided about a row, of which so many requests may have changed something.

        Only rows that were sent count. One whose answer takes longer (it is sent again, or looked up) holds up nothing.
        """
        if not self.is_on or not attempts or row is None:
            return None
        if not isinstance(decision, Final) or not isinstance(outcome := decision.outcome, Outcome):
            self._may_hold = False
            return None
        reason = (outcome.code, outcome.reason)
        if not _is_refusal(outcome) or self._reason not in (None, reason):
            self.is_on = False
        elif row.was_refused:
            self._sent -= 1
        else:
            self._reason, self._refused = reason, self._refused + 1
            if self._refused >= self.rows:
                self.is_on = False
                return refused_alike(self._refused, outcome)
        return None


def refused_alike(rows: int, outcome: Outcome) -> RefusedAlike:
    """Return the stop after so many rows with the same refusal."""
    said = outcome.reason.rstrip(".")
    cure = cure_of(outcome.code, outcome.column, said)
    return RefusedAlike(
        message=f"The first {rows} rows that were sent were all refused for the same reason. {said}.",
        hint=f"{cure} To send the others all the same, give --max-failures 100%.",
        code="refused_alike",
    )


def _is_refusal(outcome: Outcome) -> bool:
    status = outcome.http_status or 0
    return outcome.status is Status.FAILED and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
