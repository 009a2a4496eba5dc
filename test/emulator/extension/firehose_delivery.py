"""
How Firehose delivers to Amazon S3: it buffers records, adds delimiters, compresses objects, and writes them as the delivery role.
MiniStack writes an object for each record. Objects are written when the buffer is full, or when a test flushes the delivery stream
in place of the buffering interval.
"""
import gzip
import time

from ministack import app
from ministack.core.responses import new_uuid
from ministack.services import firehose, s3

from extension.bucket_encryption import key_of_bucket
from extension.patching import wrap_resource_type
from extension.permissions import is_allowed
from extension.records import key_problem

EXTENSIONS = {"GZIP": ".gz", "UNCOMPRESSED": ""}


class DeliveryError(Exception):
    """Firehose cannot write objects. It keeps the records and tries again."""


def install() -> None:
    firehose._deliver_records_to_s3 = _buffer
    wrap_resource_type("AWS::KinesisFirehose::DeliveryStream", update=_update)


def flush(name: str, delivered_at: float | None = None) -> list[str]:
    """Writes the buffered records of a delivery stream. Returns the keys of the objects."""
    stream = firehose._streams[name]
    return [key for destination in stream["destinations"] for key in _flush(stream, destination, time.gmtime(delivered_at))]


def delivery_problem(stream_arn: str) -> str | None:
    """The reason for which a delivery stream cannot deliver now. None if it can, or if the ARN is not that of a delivery stream."""
    stream = next((one for one in firehose._streams.values() if one["arn"] == stream_arn), {"destinations": []})
    for destination in stream["destinations"]:
        config = destination["config"]
        try:
            _validate_delivery(config["RoleARN"], firehose._s3_bucket_from_arn(config["BucketARN"]), _prefix(config, time.gmtime()))
        except DeliveryError as error:
            return str(error)
    return None


def _buffer(stream: dict, destination: dict, records: list) -> None:
    config = destination["config"]
    buffer = destination.setdefault("buffer", [])
    buffer.extend(body + _delimiter(config) for _, body in records)
    destination["records"].clear()


def _flush(stream: dict, destination: dict, delivered_at: time.struct_time) -> list[str]:
    config, buffer = destination["config"], destination.get("buffer") or []
    keys = []
    while buffer:
        batch = _take(buffer, config)
        keys.append(_write(stream, config, b"".join(batch), delivered_at))
        del buffer[:len(batch)]
    return keys


def _take(buffer: list[bytes], config: dict) -> list[bytes]:
    """The records of the next object: until the buffer size is reached."""
    limit = int((config.get("BufferingHints") or {}).get("SizeInMBs", 5)) * 1024 * 1024
    size = 0
    for count, body in enumerate(buffer, start=1):
        size += len(body)
        if size >= limit:
            return buffer[:count]
    return buffer[:]


def _write(stream: dict, config: dict, body: bytes, delivered_at: time.struct_time) -> str:
    compression = config.get("CompressionFormat", "UNCOMPRESSED")
    name = f"{stream['name']}-{stream['version']}-{time.strftime('%Y-%m-%d-%H-%M-%S', delivered_at)}-{new_uuid()}"
    key = f"{_prefix(config, delivered_at)}{name}{config.get('FileExtension') or EXTENSIONS[compression]}"
    bucket = firehose._s3_bucket_from_arn(config["BucketARN"])
    _validate_delivery(config["RoleARN"], bucket, key)
    _put_object(bucket, key, gzip.compress(body) if compression == "GZIP" else body)
    return key


def _prefix(config: dict, delivered_at: time.struct_time) -> str:
    return firehose._evaluate_prefix(config.get("Prefix", ""), delivered_at)


def _validate_delivery(role_arn: str, bucket: str, key: str) -> None:
    if bucket not in s3._buckets:
        raise DeliveryError(f"the bucket {bucket} does not exist")
    if not is_allowed(role_arn, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}"):
        raise DeliveryError(f"{role_arn} may not s3:PutObject on arn:aws:s3:::{bucket}/{key}")
    encryption_key = key_of_bucket(bucket)
    problem = key_problem(role_arn, encryption_key) if encryption_key else None
    if problem:
        raise DeliveryError(problem)


def _put_object(bucket: str, key: str, body: bytes) -> None:
    headers = {"content-type": "application/octet-stream", "content-length": str(len(body)), "host": "s3.localhost"}

    async def put(*request):
        return await s3.handle_request(*request, internal=True)

    app.call_service_handler_sync(put, "PUT", f"/{bucket}/{key}", headers, body, {})


def _delimiter(config: dict) -> bytes:
    processing = config.get("ProcessingConfiguration") or {}
    processors = (processing.get("Processors") or []) if processing.get("Enabled") else []
    for processor in processors:
        if processor["Type"] == "AppendDelimiterToRecord":
            values = {one["ParameterName"]: one["ParameterValue"] for one in processor.get("Parameters") or []}
            return values.get("Delimiter", "\\n").encode().decode("unicode_escape").encode()
    return b""


def _update(original, physical_id, old_props, new_props, stack_name):
    """Keeps the buffered records, and updates the encryption, which MiniStack ignores."""
    before = firehose._streams.get(physical_id)
    buffers = [destination.get("buffer", []) for destination in before["destinations"]] if before else []
    name, attributes = original(physical_id, old_props, new_props, stack_name)
    stream = firehose._streams[name]
    if name == physical_id:
        for destination, buffer in zip(stream["destinations"], buffers):
            destination["buffer"] = buffer
    encryption = new_props.get("DeliveryStreamEncryptionConfigurationInput")
    stream["encryption"] = {"Status": "ENABLED", **encryption} if encryption else None
    return name, attributes
