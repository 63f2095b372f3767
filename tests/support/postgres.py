"""A real PostgreSQL on 127.0.0.1, from the system's own programs, in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_plus

PASSWORD = "s3cret/p%w"


def programs() -> Path | None:
    """Return the folder of the newest server's programs, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=version)
    return found[-1].parent if found else None


def version(path: Path) -> float:
    return float(path.parent.parent.name)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and yield the URL of an empty database on it; root's runs as nobody."""
    home = programs()
    assert home is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has to be short
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        nobody = pwd.getpwnam(user)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data, port = folder / "data", free_port()
    try:
        run([home / "initdb", "-D", data, "-U", "sweep", "-A", "scram-sha-256", "-N",
             "--pwfile", secret, "-E", "UTF8", "--locale", "C"], user, folder)  # fmt: skip
        settings = f"-p {port} -h 127.0.0.1 -k {folder} -F -c shared_buffers=16MB"
        run([home / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"],
            user, folder)  # fmt: skip
        try:
            yield f"postgresql://sweep:{quote_plus(PASSWORD)}@127.0.0.1:{port}/postgres"
        finally:
            run([home / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str | Path], user: str | None, folder: Path) -> None:
    output = folder / "output"
    with output.open("wb") as file:
        done = subprocess.run(
            [str(word) for word in command],
            user=user, group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            cwd=folder, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"}, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, output.read_text()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
