"""How often somebody without a log-in may ask: counted in the cache that all processes share.

A limit is a number of places in a window of time; who asks takes the next free one. Taking a place is adding
a key that nobody has added yet, which the database decides even between processes; a counter that is read
and written back would lose some of two that come at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

NOBODY_KNOWN = "unknown"
NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times in `seconds`, by one client or by all together."""

    name: str
    most: int
    seconds: int

    def take(self, who: str, *, at: datetime) -> bool:
        """Take a place for somebody; return whether there was one. A refused call writes nothing.

        Windows begin at round times, so around such a time twice as many may pass in a short while.
        """
        place = f"limit:{self.name}:{_hidden(who)}:{int(at.timestamp()) // self.seconds}"
        # Where the last one stood is a hint only: two who come at once may write it in either order.
        first = cache.get(place, 0)
        for number in range(first, self.most):
            if cache.add(f"{place}:{number}", 1, timeout=self.seconds):
                cache.set(place, number + 1, timeout=self.seconds)
                return True
        if first < self.most:
            cache.set(place, self.most, timeout=self.seconds)
        return False

    def wait(self, *, at: datetime) -> int:
        """Return the seconds until the window ends."""
        return self.seconds - int(at.timestamp()) % self.seconds


def _hidden(who: str) -> str:
    """Addresses are personal data: the cache holds a keyed digest of them."""
    return salted_hmac("staff.limits", who).hexdigest()[:24]


def client_of(request: HttpRequest) -> str:
    """Return the network address that asks, as a proxy we trust has seen it.

    Of `X-Forwarded-For` only the last PROXY_COUNT entries are written by our own proxies; whatever stands
    before them was sent by the client. Without proxies the header counts for nothing. An IPv6 client is its
    /64 network: it has all the addresses in it.
    """
    address = request.META.get("REMOTE_ADDR", "")
    count = settings.PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if count and len(hops) >= count and hops[-count]:
        address = hops[-count]
    return _network(address)


def _network(text: str) -> str:
    try:
        address = ip_address(_bare(text))
    except ValueError:
        return NOBODY_KNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), NETWORK_BITS), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _bare(text: str) -> str:
    """Strip the port that some proxies append, and an IPv6 zone."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]
