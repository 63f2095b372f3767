"""Connection: AWS's client, made once per process from the AWS settings."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sweep.errors import StoreSetup

__all__ = ["LIMITS", "Timeouts", "connect", "credentials_source"]

CONNECTIONS = 32


@dataclass(frozen=True)
class Timeouts:
    """Timeouts in seconds: to connect, to read a byte, of a whole operation, and the pauses.

    ``total`` is for an operation with its retries, between which ``first_pause`` grows to
    ``longest_pause``. ``first_reach`` replaces ``total`` until the server has answered once: a
    wrong endpoint is told soon, a server that is away for a minute in mid-sweep is waited for.
    """

    connect: float = 5.0
    read: float = 20.0
    total: float = 120.0
    first_reach: float = 15.0
    first_pause: float = 0.005
    longest_pause: float = 8.0


LIMITS = Timeouts()


def connect(limits: Timeouts) -> Any:
    """Return the process's client for the present AWS settings; it is safe for threads.

    Raises
    ------
    StoreSetup
        If boto3 is not installed, or the AWS settings are wrong.
    """
    settings = frozenset((k, v) for k, v in os.environ.items() if k.startswith("AWS_"))
    return _connected(settings, os.getpid(), limits)


@lru_cache(maxsize=8)
def _connected(settings: frozenset[tuple[str, str]], process: int, limits: Timeouts) -> Any:
    session = _session()
    from botocore.exceptions import BotoCoreError

    def client(**s3: str) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=limits.connect,
            read_timeout=limits.read,
            retries={"total_max_attempts": 1},
            max_pool_connections=CONNECTIONS,
            user_agent_extra="modelsweep",
            **({"s3": s3} if s3 else {}),
        )
        return session.client("s3", config=config)

    try:
        made = client()
        chosen = session._session.get_scoped_config().get("s3") or {}  # no public way to it
        if "amazonaws.com" not in made.meta.endpoint_url and "addressing_style" not in chosen:
            return client(addressing_style="path")  # other servers rarely have a name per bucket
    except (BotoCoreError, ValueError) as error:
        msg = f"the AWS settings do not work: {error}; see `aws configure list`"
        raise StoreSetup(msg) from error
    return made


def _session() -> Any:
    try:
        import boto3
    except ImportError as error:
        msg = 'a store on S3 needs boto3, which is missing: pip install "modelsweep[aws]"'
        raise StoreSetup(msg) from error
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.session.Session()
    except BotoCoreError as error:
        msg = f"the AWS settings do not work: {error}; see `aws configure list`"
        raise StoreSetup(msg) from error


def credentials_source() -> str | None:
    """Return how the AWS library found credentials ("env", "iam-role"), None if it found none."""
    from botocore.exceptions import BotoCoreError

    try:
        found = _session().get_credentials()
    except BotoCoreError:
        return None
    return None if found is None else str(found.method)
