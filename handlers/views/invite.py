"""Links that let people in, and who is banned, as those who run the bot see them."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from handlers.buttons import Show
from handlers.door_buttons import BanAgain, LetBack, ListInvites, Reopen, Revoke
from handlers.views.message import Keyboard, View, button, split
from handlers.views.reader import Reader, moment
from handlers.words import say, say_count
from storage.records import EPOCH, Invite

MOST = 20
"""Shown of either."""


def made(invite: Invite, link: str, reader: Reader) -> View:
    """A link that was just made."""
    until = moment(invite.expires_at, reader)
    text = say_count("invite.made", invite.uses_left, reader.language, link=link, until=until)
    rows = (
        (button(reader.label("button.invites"), ListInvites()),),
        (button(reader.label("button.revoke_this"), Revoke(invite.token)),),
    )
    return View(text, rows)


def listed(invites: Sequence[Invite], link: Callable[[str], str], reader: Reader) -> View:
    """All links that still let somebody in, with a button each."""
    if not invites:
        return View(say("invite.none", reader.language))
    blocks = [say("invite.head", reader.language)]
    rows: Keyboard = ()
    for number, one in enumerate(invites, start=1):
        arguments = {
            "number": number,
            "link": link(f"i_{one.token}"),
            "until": moment(one.expires_at, reader),
        }
        blocks.append(say_count("invite.line", one.uses_left, reader.language, **arguments))
        label = reader.label("button.revoke", number=number)
        rows = (*rows, (button(label, Revoke(one.token)),))
    return View(split(blocks)[0], rows)


def revoked(invite: Invite, reader: Reader) -> View:
    """A link that lets nobody in any more, with the way back."""
    seconds = int((invite.expires_at - EPOCH).total_seconds())
    again = Reopen(invite.token, invite.uses_left, seconds)
    rows = (
        (button(reader.label("button.undo"), again),),
        (button(reader.label("button.invites"), ListInvites()),),
    )
    return View(say("invite.revoked", reader.language), rows)


def ban(id: int, is_new: bool, reader: Reader) -> View:
    """Somebody may not use the bot any more, with the way back."""
    key = "ban.done" if is_new else "ban.already"
    undo = button(reader.label("button.undo"), LetBack(id))
    every = button(reader.label("button.banned"), Show("ban"))
    return View(say(key, reader.language, person=id), ((undo,), (every,)))


def let_back(id: int, reader: Reader) -> View:
    """Somebody may use it again, with the way back."""
    undo = button(reader.label("button.undo"), BanAgain(id))
    every = button(reader.label("button.banned"), Show("ban"))
    return View(say("ban.lifted", reader.language, person=id), ((undo,), (every,)))


def banned(ids: Sequence[int], reader: Reader) -> View:
    """Who may not use the bot, with a button each."""
    if not ids:
        return View(say("ban.none", reader.language))
    lines = [
        say("ban.head", reader.language),
        *(Markup("<code>{}</code>").format(id) for id in ids),
    ]
    rows = tuple((button(reader.label("button.let_back", number=id), LetBack(id)),) for id in ids)
    return View(Markup("\n").join(lines), rows)
