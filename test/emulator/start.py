"""
Starts MiniStack with the extension on the loopback interface: `python start.py <port> <control port>`.

The environment variables of MiniStack must be set before it is imported. `scripts/test-deploy.ts` sets them.
"""
import asyncio
import os
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app
from ministack.core import tls

from extension import control, install

HOST = "127.0.0.1"


def main(port: int, control_port: int) -> None:
    install()
    control.start(HOST, control_port)

    config = Config()
    config.bind = [f"{HOST}:{port}"]  # MiniStack itself would also bind port 443
    config.certfile, config.keyfile = tls.resolve_tls_material()
    os.environ["NODE_EXTRA_CA_CERTS"] = config.certfile  # for the Node.js processes of the Lambda functions
    config.loglevel = "WARNING"
    asyncio.run(serve(_with_authority, config))


async def _with_authority(scope, receive, send) -> None:
    """HTTP/2 clients such as the Kinesis client sign the pseudo header `:authority`, which MiniStack does not receive."""
    if scope.get("http_version") == "2":
        scope["headers"] = [*scope["headers"], (b":authority", dict(scope["headers"]).get(b"host", b""))]
    await app(scope, receive, send)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
