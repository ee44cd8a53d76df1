"""Read by every Python process of a program that is run as it is: servers listen on the address of their instance."""

import os
import socket

_host = os.environ.get("DORMOUSE_ADDRESS")
_from, _, _to = os.environ.get("DORMOUSE_PORTS", "").partition(":")
_everywhere = ("", "0.0.0.0", "::", "localhost", "127.0.0.1", "::1")


def _bind(self, address, _bind=socket.socket.bind):
    if self.type == socket.SOCK_STREAM and isinstance(address, tuple) and address[0] in _everywhere:
        port = int(_to) if _to and str(address[1]) == _from else address[1]
        host = _host if self.family == socket.AF_INET else "::ffff:" + _host
        if self.family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        address = (host, port) + address[2:]
    return _bind(self, address)


if _host:
    socket.socket.bind = _bind

_shared = os.environ.get("DORMOUSE_SHARED")
_left = (_shared or "").split(",")


def _within(address):
    inside = isinstance(address, tuple) and address[0] in ("localhost", "127.0.0.1", "::1")
    return (_host,) + address[1:2] if inside and str(address[1]) not in _left else address


def _connect(self, address, _connect=socket.socket.connect):
    return _connect(self, _within(address) if self.family == socket.AF_INET else address)


if _host and _shared is not None:
    socket.socket.connect = _connect
