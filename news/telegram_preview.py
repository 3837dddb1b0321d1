"""The web preview of a public Telegram channel, https://t.me/s/<name>, read as a source of its own."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from news.addresses import web_address

_ADDRESS = re.compile(r"https://t\.me/s/([A-Za-z]\w{3,31})/?")


def is_preview(url: str) -> bool:
    """Whether an address is that of a channel's preview."""
    return _ADDRESS.fullmatch(url) is not None


def channel(body: bytes) -> tuple[str, str] | None:
    """Name and description of the channel; None if there is no such channel, or it shows no preview."""
    tree = LexborHTMLParser(body)
    title = tree.css_first(".tgme_channel_info_header_title")
    if title is None:
        return None
    about = tree.css_first(".tgme_channel_info_description")
    return title.text().strip(), about.text().strip() if about is not None else ""


def posts(body: bytes) -> tuple[tuple[str, str, str, str], ...]:
    """The posts that a preview shows, newest first: id, address, text as HTML, date."""
    tree = LexborHTMLParser(body)
    found = [_post(node) for node in tree.css(".tgme_widget_message[data-post]")[:200]]
    return tuple(reversed([post for post in found if post is not None]))


def _post(node: LexborNode) -> tuple[str, str, str, str] | None:
    name = node.attributes.get("data-post") or ""
    address = web_address(f"https://t.me/{name}", "")
    texts = node.css(".tgme_widget_message_text")
    moment = node.css_first("time[datetime]")
    # A post that quotes another holds the quoted text first; pictures without a word are no article.
    text = texts[-1].html if texts else None
    if not name or not address or not text:
        return None
    date = moment.attributes.get("datetime") if moment is not None else None
    return name, address, text, date or ""
