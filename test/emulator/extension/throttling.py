"""
The API quota of Amazon Connect: 2 calls a second by account and Region, with a burst of 5. Off until the control API turns it on.

See https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
"""
import time

from ministack.core.responses import AccountRegionScopedDict

from extension.instances import ConnectError

RATE = 2
BURST = 5

enabled = False
_buckets = AccountRegionScopedDict()


def set_enabled(value: bool) -> None:
    global enabled
    enabled = value
    _buckets.clear()


def take() -> None:
    """Takes a token, or raises the error that Amazon Connect returns if there is none."""
    if not enabled:
        return
    now = time.monotonic()
    tokens, since = _buckets.get("tokens") or (BURST, now)
    tokens = min(BURST, tokens + (now - since) * RATE)
    if tokens < 1:
        raise ConnectError("TooManyRequestsException", 429, "Too Many Requests")
    _buckets["tokens"] = (tokens - 1, now)
