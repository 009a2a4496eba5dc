"""The default encryption of buckets that CloudFormation creates, which MiniStack ignores, and the deletion of buckets with objects."""
from ministack.services import s3

from extension.patching import wrap_resource_type
from extension.stream_encryption import customer_managed_key

_keys: dict[str, str] = {}


def install() -> None:
    wrap_resource_type("AWS::S3::Bucket", create=_create, update=_update, delete=_delete)


def key_of_bucket(name: str) -> str | None:
    """The ARN of the customer managed key with which Amazon S3 encrypts the objects of a bucket."""
    return _keys.get(name)


def _create(original, logical_id, props, stack_name):
    name, attributes = original(logical_id, props, stack_name)
    _encrypt(name, props)
    return name, attributes


def _update(original, physical_id, old_props, new_props, stack_name):
    name, attributes = original(physical_id, old_props, new_props, stack_name)
    _encrypt(name, new_props)
    return name, attributes


def _delete(original, physical_id, props):
    if s3._buckets.get(physical_id, {}).get("objects"):
        raise ValueError(f"The bucket you tried to delete is not empty (Service: S3, Status Code: 409): {physical_id}")
    original(physical_id, props)
    _keys.pop(physical_id, None)


def _encrypt(name: str, props: dict) -> None:
    rules = (props.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or [{}]
    key = customer_managed_key((rules[0].get("ServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID"))
    if key:
        _keys[name] = key
    else:
        _keys.pop(name, None)
