"""A sandbox that now and then answers about another contact, refuses what it does, or says "not there" like a proxy."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from aiohttp import web

from importer.sandbox import Sandbox, SandboxOptions
from importer.sandbox.answers import Answer, contact_body, error_answer
from importer.sandbox.misbehaviour import FaultedRequest

_SHARE = 0.05
_EMAILS = ("owner@example.com", "ana@example.com", "Marco@example.com")
_POST = "POST /contacts"
_LOOK_UP = "GET /contacts/phone/:number"
_FALSE_REFUSALS = (
    (422, "could not be saved"),
    (422, "identifier has already been taken"),
    (409, "Conflict"),
    (400, "bad request"),
)
_PROXY: Mapping[str, Any] = "<html>404 Not Found</html>"  # type: ignore[assignment]  # its body is no object


class TroubledSandbox(Sandbox):
    """A sandbox whose answers may be wrong although the call was carried out.

    Args:
        options: As of any sandbox.
        seed: Of what goes wrong.

    """

    def __init__(self, options: SandboxOptions, seed: int) -> None:
        super().__init__(options)
        self._chance = Random(seed)
        self._share = _SHARE

    def calm_down(self) -> None:
        """Answer well from now on, but for the faults of the options."""
        self._share = 0.0

    def let_colleague_ask(self) -> None:
        """Let the token be another user's of the same account."""
        email = self._chance.choice(_EMAILS)
        self.calls._account = replace(self.calls._account, user_email=email)

    async def _act(self, request: web.BaseRequest, call: str, parameter: str) -> Answer | FaultedRequest:
        answer = await super()._act(request, call, parameter)
        if call not in (_POST, _LOOK_UP) or not isinstance(answer, Answer) or self._chance.random() >= self._share:
            return answer
        chance, others = self._chance, self.contacts[:3]
        if others and chance.random() < 0.5:
            shown = contact_body(chance.choice(others), self.options.account)
            return Answer(status=chance.choice([200, 201]), body={"contact": [shown]})
        return error_answer(*chance.choice(_FALSE_REFUSALS)) if call == _POST else Answer(status=404, body=_PROXY)
