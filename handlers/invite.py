"""Who may use the bot: links that let people in, and bans. For those who run it."""

import re
from datetime import timedelta

from handlers.context import Answer, Ask
from handlers.door_buttons import BanAgain, LetBack, ListInvites, Reopen, Revoke
from handlers.views import invite as views
from handlers.views.message import View
from news.text import shorten, squeeze
from storage import outbox, people, reach
from storage.records import EPOCH, ChatId, Invite, Refusal

_USES, _DAYS = 1, 7
"""Of a link of which nothing else was said."""
_MOST_USES, _MOST_DAYS = 1000, 365

_ARGUMENTS = re.compile(r"(\d{1,4})(?: (\d{1,3}))?", re.ASCII)
_ID = re.compile(r"-?\d{1,15}", re.ASCII)


async def invite(ask: Ask) -> Answer:
    """Make a link that lets people in."""
    services, typed = ask.services, squeeze(ask.argument)
    if services.access != "invite":
        return ask.say(f"invite.unneeded.{services.access}")
    match = _ARGUMENTS.fullmatch(typed or f"{_USES} {_DAYS}")
    uses, days = (int(match[1]), int(match[2] or _DAYS)) if match else (0, 0)
    if not (1 <= uses <= _MOST_USES and 1 <= days <= _MOST_DAYS):
        return ask.say("invite.bad", typed=shorten(typed, 40))
    made = Invite(services.new_token(), ask.now + timedelta(days=days), uses)
    async with services.database.write() as tx:
        await people.invite(tx, made, ask.now)
    return views.made(made, services.link(f"i_{made.token}"), ask.reader)


async def list_invites(ask: Ask, _pressed: ListInvites) -> View:
    """The links that still let somebody in."""
    async with ask.services.database.read() as tx:
        found = await people.open_invites(tx, ask.now, views.MOST)
    return views.listed(found, ask.services.link, ask.reader)


async def press_revoke(ask: Ask, pressed: Revoke) -> View:
    """Let a link let nobody in any more."""
    async with ask.services.database.write() as tx:
        gone = await people.revoke(tx, pressed.token)
    return ask.say("invite.over") if gone is None else views.revoked(gone, ask.reader)


async def press_reopen(ask: Ask, pressed: Reopen) -> View:
    """Undo that."""
    again = Invite(pressed.token, EPOCH + timedelta(seconds=pressed.expires_at), pressed.uses_left)
    async with ask.services.database.write() as tx:
        # A second tap finds it there.
        await people.revoke(tx, again.token)
        await people.invite(tx, again, ask.now)
    return await list_invites(ask, ListInvites())


async def ban(ask: Ask) -> Answer:
    """Let somebody use the bot no more; without saying whom, who may not."""
    typed = squeeze(ask.argument)
    if not typed and ask.about is None:
        if ask.chat.id < 0:
            return ask.refuse("admins.private_only")
        async with ask.services.database.read() as tx:
            return views.banned(await people.banned(tx, views.MOST), ask.reader)
    if typed and not _ID.fullmatch(typed):
        return ask.say("ban.bad", typed=shorten(typed, 40))
    return await _ban(ask, int(typed) if typed else ask.about or 0)


async def press_ban_again(ask: Ask, pressed: BanAgain) -> View:
    """Undo that a ban was lifted."""
    return await _ban(ask, pressed.id)


async def unban(ask: Ask) -> Answer:
    """Let somebody use the bot again."""
    typed = squeeze(ask.argument)
    if not _ID.fullmatch(typed):
        return ask.say("ban.bad", typed=shorten(typed, 40)) if typed else await ban(ask)
    return await press_let_back(ask, LetBack(int(typed)))


async def press_let_back(ask: Ask, pressed: LetBack) -> View:
    """Likewise, from a button."""
    chat_id = ChatId(pressed.id)
    async with ask.services.database.write() as tx:
        was_banned = await people.unban(tx, pressed.id)
        if was_banned and await reach.note_reachable(tx, chat_id, ask.now):
            await outbox.release(tx, chat_id, ask.now)
    if not was_banned:
        return ask.say("ban.not_banned", person=pressed.id)
    return views.let_back(pressed.id, ask.reader)


async def _ban(ask: Ask, id: int) -> View:
    if id in ask.services.admin_ids or not id:
        return ask.say("ban.admin")
    chat_id = ChatId(id)
    async with ask.services.database.write() as tx:
        is_new = await people.ban(tx, id, ask.now)
        # Nothing is sent to them, either.
        await reach.note_unreachable(tx, chat_id, Refusal.BANNED, ask.now)
        await outbox.hold(tx, chat_id)
    return views.ban(id, is_new, ask.reader)
