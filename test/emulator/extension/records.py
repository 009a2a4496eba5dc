"""
What Amazon Connect does with a record: it encrypts the record with the key of the Kinesis data stream and puts it, both as the
service-linked role, with the permissions that the role has at this moment. If it may not, the record is lost, and nobody is told.
"""
import base64
import json

from ministack.core.responses import request_scope
from ministack.services import firehose, kinesis, kms

from extension.instances import DELIVERY_STREAM_ARN, KINESIS, STREAM_ARN, Association, Instance
from extension.permissions import is_allowed
from extension.stream_encryption import key_of_stream

BATCH = 500


def reason_for_loss(instance: Instance, association: Association) -> str | None:
    """The reason for which Amazon Connect would lose a record now. None if it would be delivered."""
    with request_scope(instance.account, instance.region):
        if association.storage_type == KINESIS:
            return _kinesis_problem(instance.service_role_arn, association.stream_arn)
        return _firehose_problem(instance.service_role_arn, association.stream_arn)


def send(instance: Instance, association: Association, records: list[dict]) -> dict:
    """Sends records as the instance does. Returns how many were delivered to the stream and how many were lost."""
    reason = reason_for_loss(instance, association)
    if reason:
        return {"delivered": 0, "lost": len(records), "reason": reason}
    bodies = [json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() for record in records]
    with request_scope(instance.account, instance.region):
        if association.storage_type == KINESIS:
            delivered = _put_to_kinesis(association.stream_arn, [(_partition_key(record), body) for record, body in zip(records, bodies)])
        else:
            delivered = sum(_put_to_firehose(association.stream_arn, bodies[start:start + BATCH]) for start in range(0, len(bodies), BATCH))
    return {"delivered": delivered, "lost": len(records) - delivered}


def _kinesis_problem(role_arn: str, stream_arn: str) -> str | None:
    name = STREAM_ARN.fullmatch(stream_arn).group(3)
    if name not in kinesis._streams:
        return f"{stream_arn} does not exist"
    if not is_allowed(role_arn, "kinesis:PutRecord", stream_arn):
        return f"{role_arn} may not kinesis:PutRecord on {stream_arn}"
    key = key_of_stream(stream_arn)
    return key_problem(role_arn, key) if key else None


def _firehose_problem(role_arn: str, stream_arn: str) -> str | None:
    stream = firehose._streams.get(DELIVERY_STREAM_ARN.fullmatch(stream_arn).group(3))
    if stream is None:
        return f"{stream_arn} does not exist"
    if stream["type"] != "DirectPut":
        return f"{stream_arn} is of type {stream['type']}, which rejects PutRecord"
    if not is_allowed(role_arn, "firehose:PutRecord", stream_arn):
        return f"{role_arn} may not firehose:PutRecord on {stream_arn}"
    return None


def key_problem(role_arn: str, key_arn: str) -> str | None:
    """The reason for which the role cannot encrypt with the key now."""
    _, _, _, region, account, resource = key_arn.split(":", 5)
    key = kms._keys.get_scoped(account, region, resource.removeprefix("key/"))
    if key is None:
        return f"{key_arn} does not exist"
    if key["KeyState"] != "Enabled":
        return f"{key_arn} has the state {key['KeyState']}"
    if not is_allowed(role_arn, "kms:GenerateDataKey", key_arn):
        return f"{role_arn} may not kms:GenerateDataKey on {key_arn}"
    return None


def _put_to_kinesis(stream_arn: str, records: list[tuple[str, bytes]]) -> int:
    delivered = sum(kinesis.put_record_internal(stream_arn, key, body) for key, body in records)
    firehose.ingest_from_kinesis_source(stream_arn, records)  # delivery streams that read from the stream
    return delivered


def _put_to_firehose(stream_arn: str, bodies: list[bytes]) -> int:
    name = DELIVERY_STREAM_ARN.fullmatch(stream_arn).group(3)
    records = [{"Data": base64.b64encode(body).decode()} for body in bodies]
    status, _, response = firehose._put_record_batch({"DeliveryStreamName": name, "Records": records})
    return len(bodies) - json.loads(response)["FailedPutCount"] if status == 200 else 0


def _partition_key(record: dict) -> str:
    return record.get("AgentARN") or record.get("ContactId") or "record"
