"""Which articles belong to which topics, and how much."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.articles import newest
from storage.batches import batches
from storage.records import ArticleId, TopicId
from storage.schema import matches, subscriptions
from storage.upsert import insert_for


async def match(tx: AsyncConnection, found: Mapping[ArticleId, Mapping[TopicId, float]]) -> None:
    """Remember which topics these new articles belong to, and how much (0 … 1).

    Topics that nobody follows any more are passed over.
    """
    await _keep_matches(tx, await _rows(tx, found))


async def match_again(
    tx: AsyncConnection,
    found: Mapping[ArticleId, Mapping[TopicId, float]],
    late: Collection[ArticleId],
) -> None:
    """Likewise, in place of what was known of these articles.

    What those of `late` turn out to belong to is new to whoever follows it, though articles after them were told.
    """
    noted: dict[tuple[TopicId, ArticleId], ArticleId] = {}
    for some in batches(found):
        mine = matches.c.article_id.in_(some)
        known = select(matches.c.topic_id, matches.c.article_id, matches.c.noted).where(mine)
        noted |= {(topic, article): at for topic, article, at in await tx.execute(known)}
        await tx.execute(delete(matches).where(mine))
    rows = await _rows(tx, found)
    # No watermark is as large.
    beyond = ArticleId(await newest(tx) + 1)
    told_from = dict.fromkeys(late, beyond)
    await _keep_matches(
        tx,
        [
            (topic, article, score, noted.get((topic, article), told_from.get(article, at)))
            for topic, article, score, at in rows
        ],
    )


_Row = tuple[TopicId, ArticleId, float, ArticleId]
"""With the article behind which it is new."""


async def _rows(
    tx: AsyncConnection, found: Mapping[ArticleId, Mapping[TopicId, float]]
) -> list[_Row]:
    followed = await _followed(tx, {topic_id for scores in found.values() for topic_id in scores})
    return [
        (topic_id, article_id, score, article_id)
        for article_id, scores in found.items()
        for topic_id, score in scores.items()
        if topic_id in followed
    ]


async def match_topic(
    tx: AsyncConnection, topic_id: TopicId, found: Mapping[ArticleId, float]
) -> None:
    """Remember that these articles belong to a topic, and how much; their other topics stay.

    Nothing happens if nobody follows the topic.
    """
    if await _followed(tx, [topic_id]):
        await _keep_matches(tx, [(topic_id, id, score, id) for id, score in found.items()])


async def _followed(tx: AsyncConnection, among: Collection[TopicId]) -> set[int]:
    found: set[int] = set()
    for some in batches(among):
        ids = select(subscriptions.c.topic_id).where(subscriptions.c.topic_id.in_(some)).distinct()
        found.update(await tx.scalars(ids))
    return found


async def _keep_matches(tx: AsyncConnection, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    insert = insert_for(tx)(matches)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=[matches.c.topic_id, matches.c.article_id],
            set_={"score": insert.excluded.score},
        ),
        [
            {"topic_id": topic_id, "article_id": article_id, "score": score, "noted": noted}
            for topic_id, article_id, score, noted in rows
        ],
    )


_MATCHED = select(matches.c.topic_id, matches.c.article_id).where(
    matches.c.article_id.in_(bindparam("articles", expanding=True)),
    matches.c.topic_id.in_(bindparam("topics", expanding=True)),
)


async def matched(
    tx: AsyncConnection, topic_ids: Collection[TopicId], article_ids: Collection[ArticleId]
) -> dict[TopicId, set[ArticleId]]:
    """Which of these articles belong to each of these topics, as far as somebody follows it."""
    found: dict[TopicId, set[ArticleId]] = {id: set() for id in topic_ids}
    for some in batches(article_ids):
        asked = {"topics": list(topic_ids), "articles": some}
        for topic_id, article_id in await tx.execute(_MATCHED, asked):
            found[topic_id].add(article_id)
    return found
