"""What links into the chat carry, in both directions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.links import feed_in, topic_in, topic_payload


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
    assert feed is None or payload == f"f_{feed}"


@pytest.mark.parametrize("payload", ["", "t_", "t_*", "t__w", "T_cmljZQ", "cmljZQ", "t_cmljZQ=="])
def test_forged_topics_are_none(payload: str) -> None:
    assert topic_in(payload) is None
