"""
A network between an import and its server: a loopback proxy that knows where PostgreSQL's messages begin, and breaks
down before, in or after any one of them.
"""

import itertools
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_LINGER_NOT = struct.pack("ii", 1, 0)
_DRIPS = 300


@dataclass(frozen=True)
class Fault:
    """
    What happens when the *number*-th message of a *side* (client or server) comes by, after *share* of it went through.

    `reset` and `close` end the connection, `stall` lets it live and carries nothing any more, `dead` does the same to
    all connections from then on, `drip` lets single bytes through, slowly.
    """

    kind: str
    side: str
    number: int
    share: float = 0.0


class Proxy:
    """Listens on 127.0.0.1 and passes everything on to a Unix socket."""

    def __init__(self, path):
        self._path = str(path)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._links = []
        self.arm(None)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, fault):
        """Let *fault* happen once; None for a good network. Messages are counted anew, stalled connections end."""
        with self._lock:
            links, self._links = self._links, []
            self.fault, self.struck, self.dead = fault, False, False
            self.seen = {"client": 0, "server": 0}
        for link in links:
            link.end()

    def close(self):
        """End everything."""
        self.arm(None)
        self._listener.close()

    def due(self, side):
        """Count a message; return the fault when this is the one that it meets."""
        with self._lock:
            self.seen[side] += 1
            fault = self.fault
            if fault is None or self.struck or (fault.side, fault.number) != (side, self.seen[side]):
                return None
            self.struck, self.dead = True, fault.kind == "dead"
            return fault

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                with suppress(OSError):  # a server that is down: the client is told by the end of the connection
                    server.connect(self._path)
                link = _Link(self, client, server)
                with self._lock:
                    self._links.append(link)
                link.start()


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client, server):
        self._proxy = proxy
        self._sockets = {"client": client, "server": server}
        self._frames = {"client": _Frames(typed=False), "server": _Frames(typed=True)}
        self._frames["client"].other = self._frames["server"]
        self._stalled = False

    def start(self):
        for side in self._sockets:
            threading.Thread(target=self._pump, args=(side,), daemon=True).start()

    def end(self, *, abruptly=False):
        """Close both sides; *abruptly*, with a reset."""
        for one in self._sockets.values():
            with suppress(OSError):
                if abruptly and one.family == socket.AF_INET:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                else:
                    one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _pump(self, side):
        source = self._sockets[side]
        target = self._sockets["server" if side == "client" else "client"]
        try:
            while data := source.recv(65536):
                for piece, begins in self._frames[side].cut(data):
                    if self._stalled or self._proxy.dead:
                        return
                    fault = self._proxy.due(side) if begins else None
                    if fault is None:
                        target.sendall(piece)
                    elif not self._strike(fault, piece, target):
                        return
        except OSError:
            pass
        self.end()

    def _strike(self, fault, piece, target):
        """Do what *fault* says and return whether the connection goes on."""
        through = round(len(piece) * fault.share)
        target.sendall(piece[:through])
        match fault.kind:
            case "drip":
                for number in range(through, len(piece)):
                    target.sendall(piece[number : number + 1])
                    time.sleep(0.002 if number - through < _DRIPS else 0)
                return True
            case "stall" | "dead":
                self._stalled = True
            case kind:
                self.end(abruptly=kind == "reset")
        return False


class _Frames:
    """Cuts one direction of a connection at its messages."""

    def __init__(self, *, typed):
        self._typed, self._rest, self._head = typed, 0, b""
        self.single_bytes = 0  # answers to a wish for encryption
        self.other = None

    def cut(self, data):
        """Yield pieces of *data* that lie in one message each, with whether the message begins there."""
        data, self._head = self._head + data, b""
        while data:
            begins = self._rest == 0
            if begins and not self._begin(data):
                self._head = data
                return
            piece, data = data[: self._rest], data[self._rest :]
            self._rest -= len(piece)
            yield piece, begins

    def _begin(self, data):
        """Find out how long the message is that begins here; False when too little of it is there."""
        if self.single_bytes:
            self.single_bytes -= 1
            self._rest = 1
            return True
        if len(data) < (5 if self._typed else 8):
            return False
        if self._typed:
            self._rest = 1 + struct.unpack_from("!xI", data)[0]
            return True
        self._rest, code = struct.unpack_from("!II", data)
        if code in (_SSL, _GSS):
            self.other.single_bytes += 1
        elif code != _CANCEL:
            self._typed = True
        return True


def every_boundary(seen, kinds):
    """Every fault at every boundary of a conversation of so many messages."""
    for kind, (side, count) in itertools.product(kinds, seen.items()):
        for number in range(1, count + 1):
            yield Fault(kind, side, number)
