"""Ask for the token on a terminal where there is none, try it, and keep it for later runs on request."""

import asyncio
from dataclasses import replace

from importer.client.account import no_connection_error
from importer.client.http import CallbellClient
from importer.client.kept_token import has_keyring, keep_token, kept_token_file
from importer.client.token import VARIABLE, NoTokenError, Token, TokenSource, find_token, token_of, token_source
from importer.commands.context import CommandContext
from importer.model.answers import says_yes
from importer.model.errors import StorageError, UsageError
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I

_WHERE = "There is no token for Callbell yet. Copy it in Callbell: Settings, API."
_PASTE = "Paste it here (it does not show), then Enter:"
_REFUSED = (401, 403)
_KEPT = (TokenSource.KEPT, TokenSource.KEYRING)


def with_token(context: CommandContext) -> CommandContext:
    """Return the context with a token that the person gave, if one is needed, and none, or a revoked one, was kept.

    Raises:
        ServiceError: No connection to the service comes about.
        UsageError: The person gave none, or a token that is there cannot be read.

    """
    run = context.settings.run
    if run.sandbox or run.dry_run or context.ask_hidden is None or context.asker is None:
        return context
    said = _why_to_ask(context)
    while said and (text := context.ask_hidden(f"{said}\n{_PASTE}").strip()):
        try:
            token = token_of(text)
        except UsageError as error:
            said = f"{error.message} {error.hint}"
            continue
        reply = _tried(context, token)
        if reply.http_status in _REFUSED:
            said = (
                f"Callbell refuses this token ({reply.http_status}). See Settings, API in Callbell, and copy it again."
            )
            continue
        if reply.http_status is not None:  # one that could not be tried is not kept
            _offer_to_keep(context, text)
        return replace(context, environment={**context.environment, VARIABLE: text})
    if not said:
        return context
    raise NoTokenError(
        "There is no token, so nothing was sent.",
        "To try everything without one, give the same command with --sandbox.",
    )


def _why_to_ask(context: CommandContext) -> str:
    """Return why the person is asked for a token; empty where there is one that is not to be asked for again.

    Raises:
        ServiceError: No connection to the service comes about.
        UsageError: A token that is there cannot be read.

    """
    chosen = context.settings.service
    try:
        token = find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        return _WHERE
    reply = _tried(context, token)
    if reply.http_status not in _REFUSED:
        return ""
    if token_source(context.environment, chosen.token_file, chosen.account) not in _KEPT:
        return ""  # where it is, a person put it: the run tells that it is refused
    return f"Callbell refuses the token that was kept ({reply.http_status}). Copy the new one: Settings, API."


def _tried(context: CommandContext, token: Token) -> Reply:
    """Return what Callbell answers to the token.

    Raises:
        ServiceError: No connection comes about, which is told before anything else is asked.

    """
    reply = asyncio.run(_asked_with(context, token))
    if reply.no_connection:
        raise no_connection_error(reply)
    return reply


async def _asked_with(context: CommandContext, token: Token) -> Reply:
    """Return what Callbell answers when it is asked whose token it is."""
    async with CallbellClient(context.settings.service.base_url, token, context.clock) as client:
        return await client.send(WHO_AM_I)


def _offer_to_keep(context: CommandContext, text: str) -> None:
    """Keep the token if the person says so; where that fails, this run goes on with it all the same."""
    account = context.settings.service.account
    in_keyring = has_keyring()
    place = (
        "this computer's keyring." if in_keyring else f"a file that only you can read:\n  {kept_token_file(account)}"
    )
    question = f"Callbell takes this token. It can be kept for the next time in {place}\nKeep it? [Y/n]"
    if context.ask_line is None or not says_yes(context.ask_line, question, default=True):
        return
    try:
        keep_token(text, account, in_keyring=in_keyring)
    except StorageError as error:
        context.tell(f"The token was not kept: {error.message}")
