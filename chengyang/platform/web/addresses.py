"""The client address of a request that came through our own proxies."""

import ipaddress
from collections.abc import Iterable, Sequence

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(values: Iterable[str], setting: str = "TRUSTED_PROXIES") -> tuple[Network, ...]:
    """Return the networks in `values` of `setting`, addresses or CIDR. Raises ImproperlyConfigured for a wrong one, which stops the start."""
    try:
        return tuple(ipaddress.ip_network(value, strict=False) for value in values)
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting}: {error}; use addresses such as 10.0.0.5 or 10.0.0.0/8.") from None


def parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address in `text`, or None. An IPv4 address mapped into IPv6 is returned as IPv4."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(remote: str, forwarded: str, trusted: Sequence[Network]) -> str | None:
    """Return the client's address.

    `remote` is the peer's address, `forwarded` the X-Forwarded-For header. It is read from the right, and only
    as far as each hop is a proxy in `trusted`: entries that the client itself wrote are never used.
    """
    address = parse(remote)
    for hop in reversed(forwarded.split(",") if forwarded else []):
        if address is None or not any(address in network for network in trusted):
            break
        address = parse(hop) or address
        if parse(hop) is None:
            break
    return str(address) if address else None


def network_of(address: str | None) -> str | None:
    """Return what limits count as one address: an IPv4 address, or the first 64 bits of an IPv6 address. None for no address."""
    parsed = parse(address or "")
    if parsed is None:
        return None
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False).network_address)
