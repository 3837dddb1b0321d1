"""What was unfollowed, brought back as it was: its place in the list, its own schedule, and nothing missed."""

from handlers.context import Ask
from handlers.menu_buttons import Drop
from news import rescheduling, unfollowing


async def bring_back(ask: Ask, dropped: Drop) -> str | None:
    """Follow again, with its own schedule and in its own place; its name, None if it is gone. Raises LimitReached."""
    services = ask.services
    name = await unfollowing.follow_again(
        services.database,
        ask.chat.id,
        dropped.kind,
        dropped.target,
        dropped.after_article,
        dropped.place,
        services.max_subscriptions,
        ask.now,
    )
    if name is not None and dropped.schedule:
        await rescheduling.restore_own(
            services.database, ask.chat, dropped.kind, dropped.target, dropped.schedule, ask.now
        )
    return name
