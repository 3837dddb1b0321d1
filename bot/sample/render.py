"""Outlet → feed documents in the formats that publishers use, and pages to read."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from bot.sample.edition import Outlet, Piece

MEDIA_TYPES = {
    "rss2": "application/rss+xml; charset=utf-8",
    "rss1": "application/rdf+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def feed(outlet: Outlet, pieces: Sequence[Piece], edition: str, site: str) -> bytes:
    """The feed of an outlet. `site` is its address without a slash at the end; `edition` makes ids unique."""
    render = {"rss2": _rss2, "rss1": _rss1, "atom": _atom, "json": _json}[outlet.format]
    return render(outlet, pieces, edition, site).encode()


def _link(site: str, piece: Piece, edition: str) -> str:
    return f"{site}/{piece.slug}?edition={edition}&utm_source=feed"


def _id(outlet: Outlet, piece: Piece, edition: str) -> str:
    return f"{outlet.slug}/{piece.slug}/{edition}"


def _rss2(outlet: Outlet, pieces: Sequence[Piece], edition: str, site: str) -> str:
    items = "".join(
        f"""
    <item>
      <title>{escape(piece.title)}</title>
      <link>{escape(_link(site, piece, edition))}</link>
      <guid isPermaLink="false">{escape(_id(outlet, piece, edition))}</guid>
      <pubDate>{format_datetime(piece.published_at)}</pubDate>
      <description>{escape(f"<p>{escape(piece.summary)}</p>")}</description>
    </item>"""
        for piece in pieces
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0">
  <channel>
    <title>{escape(outlet.name)}</title>
    <link>{escape(site)}</link>
    <description>{escape(outlet.name)}</description>
    <language>{outlet.language}</language>{items}
  </channel>
</rss>
"""


def _rss1(outlet: Outlet, pieces: Sequence[Piece], edition: str, site: str) -> str:
    # In RSS 1.0 the address is the id.
    listed = "".join(
        f"\n        <rdf:li rdf:resource={quoteattr(_link(site, piece, edition))}/>"
        for piece in pieces
    )
    items = "".join(
        f"""
  <item rdf:about={quoteattr(_link(site, piece, edition))}>
    <title>{escape(piece.title)}</title>
    <link>{escape(_link(site, piece, edition))}</link>
    <description>{escape(piece.summary)}</description>
    <dc:date>{piece.published_at.isoformat()}</dc:date>
  </item>"""
        for piece in pieces
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel rdf:about={quoteattr(site)}>
    <title>{escape(outlet.name)}</title>
    <link>{escape(site)}</link>
    <description>{escape(outlet.name)}</description>
    <dc:language>{outlet.language}</dc:language>
    <items>
      <rdf:Seq>{listed}
      </rdf:Seq>
    </items>
  </channel>{items}
</rdf:RDF>
"""


def _atom(outlet: Outlet, pieces: Sequence[Piece], edition: str, site: str) -> str:
    updated = pieces[0].published_at.isoformat() if pieces else "1990-01-01T00:00:00Z"
    entries = "".join(
        f"""
  <entry>
    <title>{escape(piece.title)}</title>
    <link href={quoteattr(_link(site, piece, edition))}/>
    <id>tag:sample,{escape(_id(outlet, piece, edition))}</id>
    <published>{piece.published_at.isoformat()}</published>
    <updated>{piece.published_at.isoformat()}</updated>
    <summary>{escape(piece.summary)}</summary>
  </entry>"""
        for piece in pieces
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">
  <title>{escape(outlet.name)}</title>
  <id>tag:sample,{outlet.slug}</id>
  <link href={quoteattr(site)}/>
  <updated>{updated}</updated>{entries}
</feed>
"""


def _json(outlet: Outlet, pieces: Sequence[Piece], edition: str, site: str) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet.name,
            "home_page_url": site,
            "language": outlet.language,
            "items": [
                {
                    "id": _id(outlet, piece, edition),
                    "url": _link(site, piece, edition),
                    "title": piece.title,
                    "summary": piece.summary,
                    "content_text": piece.body,
                    "date_published": piece.published_at.isoformat(),
                }
                for piece in pieces
            ],
        },
        ensure_ascii=False,
    )


def page(outlet: Outlet, piece: Piece) -> str:
    """The page behind an article's link."""
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in piece.body.split("\n\n"))
    shown: datetime = piece.published_at
    return _document(
        outlet,
        piece.title,
        f"""<article>
<h1>{escape(piece.title)}</h1>
<p><time datetime="{shown.isoformat()}">{shown:%Y-%m-%d %H:%M} UTC</time></p>
{paragraphs}
</article>""",
    )


def front_page(outlet: Outlet, pieces: Sequence[Piece]) -> str:
    """The outlet's list of articles."""
    items = "\n".join(
        f'<li><a href="/{outlet.slug}/{piece.slug}">{escape(piece.title)}</a></li>'
        for piece in pieces
    )
    return _document(outlet, outlet.name, f"<h1>{escape(outlet.name)}</h1>\n<ul>\n{items}\n</ul>")


def _document(outlet: Outlet, title: str, body: str) -> str:
    media_type = MEDIA_TYPES[outlet.format].partition(";")[0]
    return f"""<!doctype html>
<html lang="{outlet.language}">
<head>
<meta charset="utf-8">
<title>{escape(title)}</title>
<link rel="alternate" type="{media_type}" href="/{outlet.slug}/feed">
</head>
<body>
{body}
<footer><p>{escape(outlet.name)} is invented, and so is its news.</p></footer>
</body>
</html>
"""
