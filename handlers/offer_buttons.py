"""What buttons mean that stand for something kept in the database, or change a topic ↔ the parts of their data.

`handlers.buttons` puts the version before.
"""

from dataclasses import dataclass

from handlers.button_numbers import number_of
from storage.records import FeedId, OfferId, SubscriptionId

LETTER = "i"
"""All of these begin with it."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Do what was offered, see `handlers.offers`."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True)
class UndoAll:
    """Follow again all that was unfollowed at once, which an offer holds."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True)
class TopicAlone:
    """Let a topic that is followed be as it is better said: without the word "news", or with operators."""

    subscription_id: SubscriptionId


@dataclass(frozen=True, slots=True)
class SourceInstead:
    """Follow a source in the place of a topic that is called so."""

    feed_id: FeedId
    subscription_id: SubscriptionId


OfferAction = Accept | UndoAll | TopicAlone | SourceInstead


def parts_of(action: object) -> list[str]:
    """What an action is said with; nothing for one that is none of these."""
    match action:
        case Accept(offer_id):
            return [LETTER, "a", str(offer_id)]
        case UndoAll(offer_id):
            return [LETTER, "u", str(offer_id)]
        case TopicAlone(subscription_id):
            return [LETTER, "t", str(subscription_id)]
        case SourceInstead(feed_id, subscription_id):
            return [LETTER, "s", str(feed_id), str(subscription_id)]
    return []


def read(parts: list[str]) -> OfferAction | None:
    """The inverse, from a stranger; None if it is none of these. Raises ValueError."""
    match parts:
        case ["i", "a", offer_id]:
            return Accept(OfferId(number_of(offer_id)))
        case ["i", "u", offer_id]:
            return UndoAll(OfferId(number_of(offer_id)))
        case ["i", "t", subscription_id]:
            return TopicAlone(SubscriptionId(number_of(subscription_id)))
        case ["i", "s", feed_id, subscription_id]:
            return SourceInstead(
                FeedId(number_of(feed_id)), SubscriptionId(number_of(subscription_id))
            )
    return None
