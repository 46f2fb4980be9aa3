"""`doctor --probe`: the driver of a probe. What it asks and decides is in `importer.worker_pool.probe`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from importer.journal.probes import ProbeLog
from importer.model.policy import Policy
from importer.model.protocols import Clock, Service
from importer.worker_pool.probe import decide_probe
from importer.worker_pool.probe_cleanup import resumed
from importer.worker_pool.probe_state import Phase, ProbeDecision, ProbeReply, ProbeState, probe_request

_TOLD = {
    Phase.MAKE: "Making one contact.",
    Phase.SEE: "Looking it up until it is shown, for at most {seconds:.0f} s.",
    Phase.REPEAT: "Sending it a second time.",
    Phase.READ: "Deleting what was made.",
    Phase.SWEEP: "Looking for what may have been made, which can take {seconds:.0f} s.",
    Phase.LIST: "Looking through the account's contacts.",
}
"""What the person is told when a phase begins for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDriver:
    """Makes the requests of an account's probes, one at a time; the state is in the journal before each leaves."""

    log: ProbeLog
    service: Service
    policy: Policy
    clock: Clock
    jitter: Callable[[], float]
    tell: Callable[[str], None] = lambda _text: None

    async def probe(self, number: str, mark: str) -> ProbeState:
        """Make a probe and delete what it made.

        Args:
            number: Digits, with country code.
            mark: A random word in small letters, that no contact has.

        Returns:
            Its end; if that is not clean, a later `resume` has to go on.

        Raises:
            StorageError: The journal cannot be written; nothing was sent that it does not know.

        """
        state = ProbeState(number=number, mark=mark)
        return await self._drive(self.log.begin(state.to_json()), (state, 0.0))

    async def resume(self) -> list[ProbeState]:
        """Delete what the account's probes made that were cut off, and return their ends.

        Raises:
            StorageError: The journal cannot be read or written.

        """
        return [
            await self._drive(probe, resumed(ProbeState.from_json(text), self.policy))
            for probe, text in self.log.unfinished()
        ]

    async def _drive(self, probe: int, decision: ProbeDecision) -> ProbeState:
        state, wait_seconds = decision
        told: set[Phase] = set()
        while state.phase is not Phase.OVER:
            if state.phase in _TOLD.keys() - told:
                self.tell(_TOLD[state.phase].format(seconds=self.policy.settle_seconds))
                told.add(state.phase)
            self.log.write(probe, state.to_json())
            await asyncio.sleep(wait_seconds)
            reply = await self.service.send(probe_request(state))
            now, seconds = self.clock.now(), asyncio.get_running_loop().time()
            got = ProbeReply(reply=reply, at=now, seconds=seconds, jitter=self.jitter())
            state, wait_seconds = decide_probe(state, got, self.policy)
        if not state.is_clean:
            self.log.write(probe, state.to_json())
            return state
        answers = replace(state.answers, answered_at=self.clock.now())
        self.log.finish(probe, answers if answers.duplicates else None)
        return replace(state, answers=answers)
