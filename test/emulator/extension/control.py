"""
An HTTP API with which tests act as Amazon Connect, as Firehose and as time: `POST /<command>` with a JSON object, in the process of
the emulator.
"""
import json
from calendar import timegm
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import strptime

from ministack.core.responses import request_scope

from extension import firehose_delivery, instances, losses, records, throttling


def start(host: str, port: int) -> None:
    Thread(target=ThreadingHTTPServer((host, port), _Handler).serve_forever, daemon=True).start()


def _send(resourceType: str, instance: str, data: list) -> dict:
    """Sends records of a data type as an instance does."""
    found = instances.find_instance(instance)
    association = next((one for one in found.associations.values() if one.resource_type == resourceType), None)
    if association is None:
        return {"delivered": 0, "lost": 0, "reason": f"{instance} does not stream {resourceType}"}
    return records.send(found, association, data)


def _flush(deliveryStream: str, day: str | None = None) -> dict:
    """Lets the buffering interval of a delivery stream pass, at noon of a day."""
    try:
        return {"keys": firehose_delivery.flush(deliveryStream, timegm(strptime(f"{day} 12", "%Y-%m-%d %H")) if day else None)}
    except firehose_delivery.DeliveryError as error:
        return {"keys": [], "reason": str(error)}


def _throttle(enabled: bool) -> dict:
    throttling.set_enabled(enabled)
    return {}


_COMMANDS = {"send": _send, "flush": _flush, "throttle": _throttle}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        command = self.path.lstrip("/")
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        account, region = request.pop("account"), request.pop("region")
        try:
            with request_scope(account, region):
                answer = losses.take(account) if command == "losses" else _COMMANDS[command](**request)
            self._answer(200, answer)
        except Exception as error:
            self._answer(500, {"error": f"{type(error).__name__}: {error}"})

    def _answer(self, status: int, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
