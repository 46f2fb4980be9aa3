"""What the commands that send have in common."""

import asyncio

import pytest

from importer.commands.live_display import in_background


@pytest.mark.parametrize("fails", [False, True])
async def test_work_in_the_background_ends_with_its_block(fails: bool) -> None:  # noqa: FBT001 - a table of cases
    """Before the next statement runs, and also if the block raises."""
    begun, ended = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def block() -> None:
        async with in_background(work()):
            await begun.wait()
            assert not ended
            if fails:
                raise ValueError

    if fails:
        with pytest.raises(ValueError):  # noqa: PT011 - no message to match
            await block()
    else:
        await block()
    assert ended
