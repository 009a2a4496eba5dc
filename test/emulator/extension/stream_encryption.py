"""The encryption of Kinesis data streams that CloudFormation creates. MiniStack ignores the property."""
from ministack.core.responses import get_account_id, get_region
from ministack.services import kinesis

from extension.patching import wrap_resource_type


def install() -> None:
    wrap_resource_type("AWS::Kinesis::Stream", create=_create, update=_update)


def key_of_stream(stream_arn: str) -> str | None:
    """The ARN of the customer managed key of a stream. None if the stream has none, or does not exist."""
    stream = next((one for one in kinesis._streams.values() if one["StreamARN"] == stream_arn), {})
    return customer_managed_key(stream.get("KeyId") if stream.get("EncryptionType") == "KMS" else None)


def customer_managed_key(key: str | None) -> str | None:
    """The ARN of a key that is given by its id or ARN. None for an AWS managed key."""
    if not key or "alias/aws/" in key:
        return None
    return key if key.startswith("arn:") else f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{key}"


def _create(original, logical_id, props, stack_name):
    name, attributes = original(logical_id, props, stack_name)
    _encrypt(name, props)
    return name, attributes


def _update(original, physical_id, old_props, new_props, stack_name):
    name, attributes = original(physical_id, old_props, new_props, stack_name)
    _encrypt(name, new_props)
    return name, attributes


def _encrypt(name: str, props: dict) -> None:
    encryption = props.get("StreamEncryption")
    if encryption:
        kinesis._start_stream_encryption({"StreamName": name, **encryption})
    else:
        kinesis._stop_stream_encryption({"StreamName": name})
