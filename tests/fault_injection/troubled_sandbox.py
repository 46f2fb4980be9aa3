"""A sandbox that now and then answers about another contact, refuses what it does, or says "not there" like a proxy.

People change notes and tags in it meanwhile. What a PATCH takes from them that they had given before the contact was
last shown is taken note of: nobody may lose that.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from aiohttp import web

from importer.sandbox import Sandbox, SandboxOptions
from importer.sandbox.account import StoredContact
from importer.sandbox.answers import Answer, contact_body, error_answer
from importer.sandbox.calls import Asked
from importer.sandbox.misbehaviour import FaultedRequest

_SHARE = 0.05
_EMAILS = ("owner@example.com", "ana@example.com", "Marco@example.com")
_POST = "POST /contacts"
_PATCH = "PATCH /contacts/:uuid"
_ACTS = 0.08
_PERSONS_NOTE = "a person's note"
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
        self.has_people = False
        self.given: dict[tuple[str, str], int] = {}
        """When a person last gave a contact a note (`note`) or a tag; by UUID."""
        self.lost: list[str] = []
        """What PATCHes took from people."""
        self._looks: dict[str, int] = {}
        self._moments = 0

    def calm_down(self) -> None:
        """Answer well from now on, but for the faults of the options."""
        self._share = 0.0
        self.has_people = False

    def let_colleague_ask(self) -> None:
        """Let the token be another user's of the same account."""
        email = self._chance.choice(_EMAILS)
        self.calls._account = replace(self.calls._account, user_email=email)

    async def _act(self, request: web.BaseRequest, call: str, parameter: str) -> Answer | FaultedRequest:
        before = {contact.uuid: contact for contact in self.contacts} if call == _PATCH else {}
        answer = await super()._act(request, call, parameter)
        if call == _PATCH and parameter in before:
            self._judge(before[parameter])
        self._let_people_act(answer)
        if call not in (_POST, _LOOK_UP) or not isinstance(answer, Answer) or self._chance.random() >= self._share:
            return answer
        chance, others = self._chance, self.contacts[:3]
        if others and chance.random() < 0.5:
            shown = contact_body(chance.choice(others), self.options.account)
            return Answer(status=chance.choice([200, 201]), body={"contact": [shown]})
        return error_answer(*chance.choice(_FALSE_REFUSALS)) if call == _POST else Answer(status=404, body=_PROXY)

    def _judge(self, before: StoredContact) -> None:
        """Take note of what a PATCH, which goes by the last answer that showed the contact, took from people."""
        (after,) = [contact for contact in self.contacts if contact.uuid == before.uuid]
        gone = {tag for tag in before.tags if tag not in after.tags}
        # The sheet's own note may have replaced a person's in the meantime, when that was not shown yet.
        gone |= {"note"} if before.note.startswith(_PERSONS_NOTE) and before.note != after.note else set()
        look = self._looks.get(before.uuid, 0)
        for what in gone:
            if self.given.get((before.uuid, what), look + 1) <= look:
                self.lost.append(f"{before.uuid}: a person's {what} ({before.note}) was lost")

    def _let_people_act(self, answer: Answer | FaultedRequest) -> None:
        """Let people change a contact before an answer shows it or after, or any other; take note of the answer."""
        shown = answer.body.get("contact") if isinstance(answer, Answer) and isinstance(answer.body, dict) else None
        found = shown[0] if isinstance(shown, list) and shown else shown
        self._moments += 1
        if isinstance(found, dict):
            self._looks[found["uuid"]] = self._moments
        if self.has_people and self.contacts and self._chance.random() < _ACTS:
            self._moments += 1
            uuid = found["uuid"] if isinstance(found, dict) else self._chance.choice(self.contacts).uuid
            self._act_as_person(uuid)

    def _act_as_person(self, uuid: str) -> None:
        (contact,) = [one for one in self.contacts if one.uuid == uuid] or [self._chance.choice(self.contacts)]
        body: dict[str, object]
        if self._chance.random() < 0.5:
            body, what = {"note": f"{_PERSONS_NOTE} {self._moments}"}, "note"
        else:
            what = f"of {self._chance.randint(1, 5)}"
            body = {"tags": [*contact.tags, what]}
        self.given[contact.uuid, what] = self._moments
        self.calls.change_contact(Asked(parameter=contact.uuid, body=body))
