"""An SFTP server on the loopback address, on threads of its own: a folder, a user, a password."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko

USER, PASSWORD = "ana", "p@ss:word"  # opens nothing but this server


class _Login(paramiko.ServerInterface):  # type: ignore[misc]  # it brings no types
    def check_auth_password(self, username: str, password: str) -> int:
        is_right = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED)

    def check_channel_request(self, _kind: str, _chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


class _Folder(paramiko.SFTPServerInterface):  # type: ignore[misc]  # the same
    root = Path()

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno))

    lstat = stat

    def open(self, path: str, flags: int, _attributes: object) -> paramiko.SFTPHandle | int:
        handle = paramiko.SFTPHandle(flags)
        try:
            handle.readfile = self._path(path).open("rb")
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno))
        handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(handle.readfile.fileno()))
        return handle

    def _path(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@contextlib.contextmanager
def serving_folder(root: Path) -> Iterator[tuple[int, str]]:
    """Yield the port of a server, and the line that makes it a known host (~/.ssh/known_hosts)."""
    key = paramiko.ECDSAKey.generate()
    handler = type("Folder", (_Folder,), {"root": root})
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                transport = paramiko.Transport(connection)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, handler)
                transports.append(transport)
                with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                    transport.start_server(server=_Login())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield port, f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n"
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for transport in transports:
            transport.close()
        thread.join(10)
