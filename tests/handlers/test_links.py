"""What links into the chat carry, in both directions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.links import (
    feed_in,
    feed_payload,
    kept_number_in,
    kept_payload,
    own_feed_payload,
    proves,
    proves_feed,
    topic_in,
    topic_payload,
)
from storage.records import LARGEST_ID, FeedId, Topic, TopicId


@given(st.text(min_size=1, max_size=46))
def test_a_topic_comes_back_as_it_was_or_has_no_link(topic: str) -> None:
    try:
        topic.encode()
    except UnicodeEncodeError:
        return
    payload = topic_payload(topic)
    if payload is None:
        assert len(topic.encode()) > 46
    else:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
        assert topic_in(payload) == topic


@given(st.text() | st.text("tf_ABCabc019-", max_size=70))
def test_whatever_a_stranger_puts_into_a_link_is_understood_exactly_or_not_at_all(
    payload: str,
) -> None:
    topic = topic_in(payload)
    assert topic is None or topic_payload(topic) == payload
    feed = feed_in(payload)
    assert feed is None or payload == f"f_{feed}" or payload.startswith(f"f_{feed}_")


@pytest.mark.parametrize("payload", ["", "t_", "t_*", "t__w", "T_cmljZQ", "cmljZQ", "t_cmljZQ=="])
def test_forged_topics_are_none(payload: str) -> None:
    assert topic_in(payload) is None


TOPICS = st.builds(Topic, st.integers(1, LARGEST_ID).map(TopicId), st.text(max_size=300), st.text())


@given(TOPICS, st.text(max_size=40), st.text(max_size=40))
def test_a_link_to_a_kept_topic_is_understood_by_whoever_has_the_key_alone(
    topic: Topic, key: str, other: str
) -> None:
    try:
        (topic.normal + key + other).encode()
    except UnicodeEncodeError:
        return
    payload = kept_payload(topic, key)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert kept_number_in(payload) == topic.id
    assert proves(payload, topic, key)
    assert (topic_in(payload), feed_in(payload)) == (None, None)
    assert proves(payload, topic, other) == (other == key)
    assert not proves(payload, Topic(TopicId(topic.id + 1), topic.normal, topic.text), key)
    assert not proves(payload, Topic(topic.id, topic.normal + "x", topic.text), key)


FEEDS = st.integers(1, LARGEST_ID).map(FeedId)


@given(FEEDS, st.text("abc01"), st.text("abc01"))
def test_a_link_to_a_feed_of_ones_own_is_understood_by_whoever_has_the_key_alone(
    feed: FeedId, key: str, other: str
) -> None:
    payload = own_feed_payload(feed, key)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert feed_in(payload) == feed
    assert proves_feed(payload, feed, key)
    assert proves_feed(payload, feed, other) == (other == key)
    assert not proves_feed(payload, FeedId(feed + 1), key)
    assert not proves_feed(feed_payload(feed), feed, key)
    assert (topic_in(payload), kept_number_in(payload)) == (None, None)


@given(st.text() | st.text("q_ABCabc019-", max_size=70))
def test_whatever_is_put_into_such_a_link_gives_a_number_or_nothing(payload: str) -> None:
    number = kept_number_in(payload)
    assert number is None or payload.startswith(f"q_{number}_")


@pytest.mark.parametrize(
    "payload", ["q_", "q_1", "q_1_", "q_0_" + "A" * 22, "q_1_" + "A" * 21, "q_01_" + "A" * 22]
)
def test_forged_numbers_are_none(payload: str) -> None:
    assert kept_number_in(payload) is None
