"""Questions that wait for an answer, one of a person in one place: which command the next message is for."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Asker, ChatId, Question
from storage.schema import questions
from storage.upsert import insert_for

_KEY = (questions.c.chat_id, questions.c.thread_id, questions.c.asker_id)


async def put(tx: AsyncConnection, asker: Asker, question: Question, now: datetime) -> None:
    """Remember that somebody was asked something; what they were asked before in that place is no question any more."""
    insert = insert_for(tx)(questions).values(
        chat_id=asker.chat_id,
        thread_id=asker.thread_id,
        asker_id=asker.id,
        command=question.command,
        message_id=question.message_id,
        asked_at=now,
    )
    told = ("command", "message_id", "asked_at")
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=_KEY, set_={name: insert.excluded[name] for name in told}
        )
    )


_WAITING = select(questions.c.command, questions.c.message_id).where(
    questions.c.chat_id == bindparam("chat"),
    questions.c.thread_id == bindparam("thread"),
    questions.c.asker_id == bindparam("asker"),
    questions.c.asked_at >= bindparam("since"),
)
"""Asked at every message: it is put together once."""


async def waiting(tx: AsyncConnection, asker: Asker, since: datetime) -> Question | None:
    """What somebody was asked in a place, then or later, and did not answer yet; None if nothing."""
    asked = {"chat": asker.chat_id, "thread": asker.thread_id, "asker": asker.id}
    row = (await tx.execute(_WAITING, {**asked, "since": since})).first()
    return None if row is None else Question(*row)


async def end(tx: AsyncConnection, asker: Asker) -> None:
    """Wait no longer for what somebody was asked in a place."""
    await tx.execute(delete(questions).where(_of(asker)))


async def end_all(tx: AsyncConnection, chat_id: ChatId) -> None:
    """Wait for nothing more in a chat."""
    await tx.execute(delete(questions).where(questions.c.chat_id == chat_id))


async def prune(tx: AsyncConnection, before: datetime) -> None:
    """Drop the questions that were asked before then."""
    await tx.execute(delete(questions).where(questions.c.asked_at < before))


def _of(asker: Asker) -> ColumnElement[bool]:
    chat, thread, id = _KEY
    return (chat == asker.chat_id) & (thread == asker.thread_id) & (id == asker.id)
