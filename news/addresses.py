"""Web addresses: which are usable, and which lead to the same page."""

import hashlib
import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, url_query_cleaner

MAX_URL = 2000
"""Bytes; databases bound what they index."""
_LONGEST_IDENTITY = 600

_TRACKING = [
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_name"),
    *("utm_brand", "utm_social", "utm_reader", "utm_cid", "utm_source_platform"),
    *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid"),
    *("mc_cid", "mc_eid", "igshid", "ref_src", "ref_url", "ocid", "cmpid", "ncid", "icid", "smid"),
    *("at_medium", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4"),
    *("ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "xtor", "wt_mc"),
    *("feedtype", "feedname", "source_feed", "amp", "outputtype", "_ga", "mkt_tok", "spm", "oref"),
]
"""Parameters that say how a reader came to a page, not which page it is."""

_USUAL = re.compile(
    r"https?://[A-Za-z0-9.-]{1,250}(?::\d{1,5})?(?:[/?#][!#-;=?-_a-z{}|~]{0,1700})?"
)
"""An address that needs no second look."""

_SIMPLE = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[A-Za-z0-9._~/-]{0,500})?")
"""An address that is in canonical form already, but for scheme, host and AMP."""

_MOBILE = re.compile(r"^(?:www|m|mobile|amp)\d?\.(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(
    r"^/amp(?=/.)|(?<=[^/])(?:/amp/?|\.amp)$|\.amp(?=\.html?$)|(?<=.)/amp(?=\.html?$)"
)


def web_address(value: object, base: str) -> str:
    """An absolute http or https address, resolved against `base`; empty if it is none."""
    if not isinstance(value, str) or not (text := value.strip()):
        return ""
    if _USUAL.fullmatch(text):
        return text
    try:
        address = text if text.startswith(("https://", "http://")) else urljoin(base, text)
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or not fits(address):
        return ""
    return address if address.isprintable() and " " not in address else _escaped(address)


def fits(address: str) -> bool:
    """Whether an address is short enough to be kept."""
    return len(address) <= MAX_URL and len(address.encode("utf-8", "replace")) <= MAX_URL


def _escaped(address: str) -> str:
    try:
        escaped = str(canonicalize_url(address, keep_fragments=True))
    except ValueError:
        return ""
    # Hosts are not escaped: what is no text there is no address.
    return escaped if escaped.isprintable() else ""


def canonical(url: str) -> str:
    """An address in the form in which the same page has the same address: an identity, not a link.

    Without tracking parameters, fragment, default port, and the marks of AMP and mobile editions; https
    stands for http as well, and the bare host for www.
    """
    if not url:
        return ""
    simple = _SIMPLE.fullmatch(url)
    if simple is not None:
        return _joined(simple[1], simple[2] or "/", "")
    try:
        cleaned = url_query_cleaner(url, _TRACKING, remove=True, unique=False)
        parts = urlsplit(str(canonicalize_url(cleaned)))
        port = parts.port
    except ValueError:
        return _shortened(url)
    host = (parts.hostname or "").rstrip(".")
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    return _joined(host, parts.path, parts.query)


def _joined(host: str, path: str, query: str) -> str:
    path = _AMP_PATH.sub("", path) if "amp" in path else path
    path = path.rstrip("/") or "/"
    address = urlunsplit(SplitResult("https", _MOBILE.sub("", host), path, query, ""))
    return _shortened(address)


def _shortened(address: str) -> str:
    """An identity that databases can index, which bound its bytes; the rest is in the hash."""
    whole = address.encode("utf-8", "replace")
    if len(whole) <= _LONGEST_IDENTITY:
        return address
    start = whole[: _LONGEST_IDENTITY - 33].decode("utf-8", "ignore")
    return f"{start}#{hashlib.sha256(whole).hexdigest()[:32]}"


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site as a whole, which tells nothing of any article."""
    if not url.startswith(("http://", "https://")):
        return False
    host, _, rest = url.partition("://")[2].partition("/")
    return not rest and "?" not in host and "#" not in host


def path_of(url: str) -> str:
    """What is left of an address when its site moves to another host."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def host_of(url: str) -> str:
    """The host in lower case; empty if there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def has_credentials(url: str) -> bool:
    """Whether an address carries a name or a password."""
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return False
