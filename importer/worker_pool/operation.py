"""An operation: what the pool does with a row, as a first step and a table from reply to next step.

    first_step --> request(step) --> reply --> decide(step, reply) --> SendLater | SendNow   the row's next request
                        ^                                         |--> Final                 its outcome
                        '-----------------------------------------|--> AskToken              its outcome, if the
                                                                  |                          token is good
                                                                  '--> Stop                  the run ends

A step is the operation's own frozen value: what was done for a row so far, and what is to be requested next. An
operation neither sends nor waits, so that all of it can be tested as values; `WorkerPool` does both.

To add an operation (such as update): a pure module beside `create` and `delete` that implements `Operation`, its
tests in `tests/unit/worker_pool/`, and, if the API call is new, its request in `importer.model.requests`. A command
then gives it to the pool (`importer.commands.pool_command.PoolCommand`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from importer.model.changes import ContactChange
from importer.model.journal_rows import OutcomeT, Pending, RowOutcome
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.model.stop import Stop

StepT = TypeVar("StepT")
_StepT_co = TypeVar("_StepT_co", covariant=True)
_OutcomeT_co = TypeVar("_OutcomeT_co", covariant=True, bound=RowOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLater(Generic[_StepT_co]):
    """Make the step's request after a while."""

    step: _StepT_co
    wait_seconds: float = 0.0
    is_retry: bool = False
    """Whether it counts against the circuit breaker's retry budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow(Generic[_StepT_co]):
    """Make the step's request before any other: what the last reply said must still hold."""

    step: _StepT_co
    instead: _StepT_co | None = field(default=None, compare=False)
    """What to request if the step's request cannot leave within a few seconds: the last reply is too old then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(Generic[_OutcomeT_co]):
    """The row has its outcome."""

    outcome: _OutcomeT_co


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToken(Generic[_OutcomeT_co]):
    """Ask whether the token is still good: if so, this is the row's outcome; if not, the run ends."""

    otherwise: _OutcomeT_co


NextStep = SendLater[StepT] | SendNow[StepT] | Final[OutcomeT] | AskToken[OutcomeT] | Stop | None
"""None: nothing follows, and no row is affected."""


class Operation(Protocol[StepT, _OutcomeT_co]):
    """What the pool does with a row; pure but for what it remembers of the replies."""

    @property
    def pending(self) -> StrEnum:
        """The status of a row that has no outcome yet."""

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> NextStep[StepT, _OutcomeT_co]:
        """Return how to begin with a row.

        Args:
            row: That was claimed.
            now: The time of day.
            run_seconds: How long the pool has run, by a clock that nobody sets.

        """

    def request(self, step: StepT) -> Request:
        """Return the request that the step makes."""

    def intent(self, step: StepT) -> ContactChange | None:
        """Return the change that the step's request makes, to be on disk before it leaves; None: it is none."""

    def decide(self, step: StepT, reply: Reply, jitter: float) -> NextStep[StepT, _OutcomeT_co]:
        """Return what follows from the reply to the step's request.

        Args:
            step: Whose request it was.
            reply: What it got.
            jitter: From 0.0 to 1.0.

        """

    def self_test_step(self) -> StepT | None:
        """Return a step about no row that is to be made now, once: a test of the service itself. Mostly None."""

    def give_back(self, step: StepT, *, is_in_flight: bool) -> _OutcomeT_co | None:
        """Return the outcome to record when the pool stops before the row is done; None leaves the journal as it is.

        Args:
            step: The row's next step, or the one whose reply is not waited for.
            is_in_flight: Whether its request has left.

        """
