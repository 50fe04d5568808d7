"""The gate in front of the world."""

from __future__ import annotations

import asyncio

from launchbook.sandbox.gate import Gate


def test_closing_waits_for_those_inside_and_holds_those_outside() -> None:
    async def scenario() -> list[str]:
        gate, story = Gate(), []

        async def inside() -> None:
            async with gate.passing():
                await asyncio.sleep(0.02)
                story.append("first left")

        async def close() -> None:
            async with gate.closed():
                story.append("closed")
                await asyncio.sleep(0.02)

        async def late() -> None:
            async with gate.passing():
                story.append("second passed")

        async with asyncio.TaskGroup() as group:
            group.create_task(inside())
            await asyncio.sleep(0)
            group.create_task(close())
            await asyncio.sleep(0)
            group.create_task(late())
        return story

    assert ["first left", "closed", "second passed"] == asyncio.run(scenario())


def test_somebody_who_never_leaves_does_not_hold_it_open_for_ever() -> None:
    async def scenario() -> None:
        gate = Gate(drain_seconds=0.01)
        async with gate.passing(), asyncio.timeout(5), gate.closed():
            pass

    asyncio.run(scenario())
