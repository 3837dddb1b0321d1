"""What is known of sites without asking them: where the well-known ones keep feeds, and where others usually do."""

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from news.addresses import host_of, web_address
from news.document import long_tag
from news.text import shorten, squeeze

_HEAD_BYTES, _HEAD_TAGS = 1_000_000, 10_000
"""Of a page, what is looked through for feeds that it announces."""

MAX_CANDIDATES = 30
"""Feeds of a page that are worth choosing from."""

_USUAL = ("/feed", "/rss", "/feed.xml", "/atom.xml", "/rss.xml", "/index.xml")
_TYPES = re.compile(
    r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|(?:application|text)/(?:rss|atom)?\+?xml"
)
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w-]+\s*=\s*(?:\"[^\"]*\"|[^\s\";,]+))*)")
_PARAMETER = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))")
_COMMENTS = re.compile(r"(?i)comments?\b|/comments/|コメント|댓글")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that should be a feed."""

    url: str
    title: str = ""
    """As the page calls it; empty if it does not."""


@dataclass(frozen=True, slots=True)
class _Form:
    """Addresses of a site whose feed's address follows from their own."""

    hosts: str
    """A regular expression that the whole host matches."""
    path: str
    """One that the path begins with."""
    feed: str
    """The feed: `{0}` is the host, `{1}` … the groups of both expressions."""


_NAME = r"([\w.-]+)"
_FORMS = (
    _Form(r"(?:www\.|m\.)?youtube\.com", r"/channel/(UC[\w-]{22})", "https://www.youtube.com/feeds/videos.xml?channel_id={1}"),
    _Form(r"(?:www\.|m\.)?youtube\.com", rf"/user/{_NAME}", "https://www.youtube.com/feeds/videos.xml?user={1}"),
    _Form(r"(?:www\.|old\.|new\.|np\.)?reddit\.com", rf"/r/{_NAME}/?(?!.*\.rss)", "https://www.reddit.com/r/{1}/.rss"),
    _Form(r"(?:www\.|old\.|new\.)?reddit\.com", rf"/u(?:ser)?/{_NAME}/?(?!.*\.rss)", "https://www.reddit.com/user/{1}/.rss"),
    _Form(r"bsky\.app", r"/profile/([\w.:-]+)/?$", "https://bsky.app/profile/{1}/rss"),
    _Form(r"(?:www\.)?github\.com", rf"/{_NAME}/{_NAME}/(commits|tags)(?:/([\w.-]+))?/?$", "https://github.com/{1}/{2}/{3}.atom"),
    _Form(r"(?:www\.)?github\.com", rf"/(?!(?:features|topics|orgs|sponsors|search|settings)/){_NAME}/{_NAME}(?:/releases)?/?$", "https://github.com/{1}/{2}/releases.atom"),
    _Form(r"(?:www\.)?github\.com", rf"/(?!features|topics|explore|about|pricing){_NAME}/?$", "https://github.com/{1}.atom"),
    _Form(r"gitlab\.com", r"/([\w./-]+?)/-/tags/?$", "https://gitlab.com/{1}/-/tags?format=atom"),
    _Form(r"gitlab\.com", r"/([\w.-]+(?:/[\w.-]+)+?)(?:/-/releases)?/?$", "https://gitlab.com/{1}/-/releases.atom"),
    _Form(r"([\w-]+\.substack\.com)", r"(?!/feed)/?", "https://{1}/feed"),
    _Form(r"medium\.com", r"/(?!feed/)(@?[\w.-]+)", "https://medium.com/feed/{1}"),
    _Form(r"([\w-]+\.medium\.com)", r"(?!/feed)/?", "https://{1}/feed"),
    _Form(r"([\w-]+\.wordpress\.com)", r"/?$", "https://{1}/feed/"),
    _Form(r"([\w-]+\.blogspot\.(?:com|[a-z.]{2,6}))", r"(?!/feeds/)/?", "https://{1}/feeds/posts/default"),
    _Form(r"([\w-]+\.tumblr\.com)", r"(?!/rss)/?", "https://{1}/rss"),
    _Form(r"(?:www\.)?tumblr\.com", r"/(?!dashboard|explore|tagged)([\w-]+)/?$", "https://{1}.tumblr.com/rss"),
    _Form(r"news\.ycombinator\.com", r"/(?:news|newest|front)?$", "https://news.ycombinator.com/rss"),
    _Form(r"(?:www\.)?arxiv\.org", r"/(?:list|archive)/([a-z-]+(?:\.[A-Za-z-]+)?)", "https://rss.arxiv.org/rss/{1}"),
    _Form(r"(?:t|telegram)\.me", r"/(?:s/)?(?!joinchat|share|proxy|addstickers|iv$)([A-Za-z]\w{3,31})(?:/\d+)?/?$", "https://t.me/s/{1}"),
)  # fmt: skip

_FEDIVERSE = re.compile(r"/(?:web/)?@(\w+)/?")
_APPLE_PODCAST = re.compile(r"/id(\d{4,12})(?:$|[/?])")


def known_form(url: str) -> str | None:
    """The feed that an address of a well-known site stands for; None if that can't be told from it."""
    host = host_of(url)
    if not host:
        return None
    parts = urlsplit(url)
    path = parts.path or "/"
    query = parse_qs(parts.query)
    if re.fullmatch(r"(?:www\.|m\.)?youtube\.com", host) and query.get("list"):
        playlist = urlencode({"playlist_id": query["list"][0]})
        return f"https://www.youtube.com/feeds/videos.xml?{playlist}"
    if host == "news.google.com" and not path.startswith("/rss"):
        rest = path if path.startswith(("/topics/", "/search")) else ""
        return f"https://news.google.com/rss{rest}" + (f"?{parts.query}" if parts.query else "")
    if host == "podcasts.apple.com" and (number := _APPLE_PODCAST.search(path)):
        return f"https://itunes.apple.com/lookup?id={number[1]}&entity=podcast"
    for form in _FORMS:
        place = re.fullmatch(form.hosts, host)
        found = re.match(form.path, path) if place else None
        if place is not None and found is not None:
            groups = [group for group in (*place.groups(), *found.groups()) if group]
            if form.feed.startswith("https://github.com") and len(groups) == 4:
                return f"https://github.com/{groups[0]}/{groups[1]}/{groups[2]}/{groups[3]}.atom"
            return form.feed.format(host, *groups)
    # Mastodon and its kin, on any host: the account's page with .rss behind it.
    account = _FEDIVERSE.fullmatch(path)
    if account is not None and not host.endswith(
        ("youtube.com", "medium.com", "tiktok.com", "threads.net")
    ):
        return f"https://{parts.netloc}/@{account[1]}.rss"
    return None


def apple_podcast(answer: object) -> str | None:
    """The feed in an answer of Apple's lookup (https://performance-partners.apple.com/search-api)."""
    results = answer.get("results") if isinstance(answer, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    url = first.get("feedUrl") if isinstance(first, dict) else None
    return web_address(url, "") or None


def announced(body: bytes, url: str, link_header: str = "") -> tuple[Candidate, ...]:
    """The feeds that a page announces in its head, and its server in `Link:` headers (RFC 8288).

    In their order, each once, feeds of comments last.
    """
    found: dict[str, Candidate] = {}
    body = _head_of(body)
    tree = LexborHTMLParser(body[: long_tag(body)])
    base = url
    bases = tree.css("base[href]")
    if bases:
        base = web_address(bases[0].attributes.get("href"), url) or url
    said: list[tuple[str, str, str, str]] = []
    for link in tree.css("link[rel][href], a[rel][type][href]")[:500]:
        named = {name: value or "" for name, value in link.attributes.items()}
        said.append((named["rel"], named.get("type", ""), named["href"], named.get("title", "")))
    said += list(_header_links(link_header))
    for rel, kind, href, title in said:
        kinds = rel.lower().split()
        is_feed = _TYPES.fullmatch(kind.split(";")[0].strip().lower()) is not None
        if "feed" not in kinds and not ("alternate" in kinds and is_feed):
            continue
        address = web_address(href, base)
        if address and "oembed" not in kind and "/wp-json/" not in address:
            found.setdefault(address, Candidate(address, shorten(squeeze(title), 80)))
    return tuple(
        sorted(found.values(), key=lambda one: bool(_COMMENTS.search(f"{one.title} {one.url}")))
    )


def _head_of(body: bytes) -> bytes:
    """The part of a page that announces feeds; parsers need the square of what is nested deeply."""
    last = next(islice(re.finditer(b"<", body[:_HEAD_BYTES]), _HEAD_TAGS, None), None)
    return body[: last.start() if last else _HEAD_BYTES]


def without_comments(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The candidates that are not feeds of comments, unless there are no others."""
    articles = tuple(one for one in candidates if not _COMMENTS.search(f"{one.title} {one.url}"))
    return articles or candidates


def _header_links(header: str) -> list[tuple[str, str, str, str]]:
    links = []
    for target, parameters in _LINK.findall(header[:8192]):
        named = {
            name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters)
        }
        links.append(
            (named.get("rel", ""), named.get("type", ""), target.strip(), named.get("title", ""))
        )
    return links


def hub_links(header: str, url: str) -> tuple[str, str]:
    """The WebSub hub and the feed's own address in a `Link:` header; empty if there is none."""
    links = _header_links(header)

    def first(rel: str) -> str:
        return next(
            (web_address(target, url) for kinds, _, target, _ in links if rel in kinds.split()), ""
        )

    return first("hub"), first("self")


def usual_places(url: str) -> tuple[str, ...]:
    """Where a site's feed usually is, most likely first: what is asked when nothing is announced."""
    return tuple(urljoin(url, place) for place in _USUAL)
