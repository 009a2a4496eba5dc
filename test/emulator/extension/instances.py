"""
The instances of Amazon Connect and their associations, with the errors that the API is documented to return.

See https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateInstanceStorageConfig.html
"""
import json
import re
import secrets
import time
import uuid
from dataclasses import dataclass, field

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import firehose, iam, kinesis

KINESIS = "KINESIS_STREAM"
FIREHOSE = "KINESIS_FIREHOSE"

# The resource types that Amazon Connect streams, and the storage types that each supports.
STORAGE_TYPES = {
    "CONTACT_TRACE_RECORDS": {KINESIS, FIREHOSE},
    "AGENT_EVENTS": {KINESIS},
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS": {KINESIS},
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS": {KINESIS},
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS": {KINESIS},
}

STREAM_ARN = re.compile(r"arn:aws:kinesis:([^:]+):(\d{12}):stream/(.+)")
DELIVERY_STREAM_ARN = re.compile(r"arn:aws:firehose:([^:]+):(\d{12}):deliverystream/(.+)")

# What the service-linked role needs to put records, which Amazon Connect writes into its inline policy.
ACTIONS = {
    KINESIS: ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStream"],
    FIREHOSE: ["firehose:PutRecord", "firehose:PutRecordBatch", "firehose:DescribeDeliveryStream"],
}


class ConnectError(Exception):
    """An error of the Amazon Connect API."""

    def __init__(self, code: str, status: int, message: str):
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass
class Association:
    id: str
    resource_type: str
    config: dict

    @property
    def storage_type(self) -> str:
        return self.config["StorageType"]

    @property
    def stream_arn(self) -> str:
        return stream_arn_of(self.config)


@dataclass
class Instance:
    id: str
    arn: str
    identity_management_type: str
    alias: str | None
    attributes: dict
    service_role_arn: str
    created: int = field(default_factory=lambda: int(time.time()))
    associations: dict[str, Association] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


INSTANCES = AccountRegionScopedDict()


def create_instance(identity_management_type: str, alias: str | None, attributes: dict) -> Instance:
    if identity_management_type not in ("SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"):
        raise ConnectError("InvalidParameterException", 400, f"IdentityManagementType cannot be {identity_management_type}")
    if alias and any(instance.alias == alias for instance in INSTANCES.values()):
        raise ConnectError("DuplicateResourceException", 409, f"The instance alias {alias} already exists")
    instance_id = str(uuid.uuid4())
    arn = f"arn:aws:connect:{get_region()}:{get_account_id()}:instance/{instance_id}"
    INSTANCES[instance_id] = Instance(instance_id, arn, identity_management_type, alias, attributes, _create_service_linked_role())
    return INSTANCES[instance_id]


def find_instance(id_or_arn: str) -> Instance:
    instance = INSTANCES.get(id_or_arn.rsplit("/", 1)[-1])
    if instance is None or (id_or_arn.startswith("arn:") and id_or_arn != instance.arn):
        raise ConnectError("ResourceNotFoundException", 404, f"The instance {id_or_arn} does not exist")
    return instance


def delete_instance(id_or_arn: str) -> None:
    """The service-linked role remains, as on AWS, where the account deletes it."""
    instance = find_instance(id_or_arn)
    del INSTANCES[instance.id]


def associate(id_or_arn: str, resource_type: str, config: dict) -> Association:
    instance = find_instance(id_or_arn)
    _validate_storage(instance, resource_type, config)
    if any(existing.resource_type == resource_type for existing in instance.associations.values()):
        raise ConnectError("ResourceConflictException", 409, f"The instance {instance.arn} already has a storage config for {resource_type}")
    association = Association(secrets.token_hex(32), resource_type, config)
    instance.associations[association.id] = association
    _write_permissions(instance)
    return association


def find_association(id_or_arn: str, association_id: str, resource_type: str) -> Association:
    association = find_instance(id_or_arn).associations.get(association_id)
    if association is None or association.resource_type != resource_type:
        raise ConnectError("ResourceNotFoundException", 404, f"The association {association_id} of {resource_type} does not exist")
    return association


def update_association(id_or_arn: str, association_id: str, resource_type: str, config: dict) -> None:
    instance = find_instance(id_or_arn)
    association = find_association(id_or_arn, association_id, resource_type)
    _validate_storage(instance, resource_type, config)
    association.config = config
    _write_permissions(instance)


def disassociate(id_or_arn: str, association_id: str, resource_type: str) -> None:
    instance = find_instance(id_or_arn)
    find_association(id_or_arn, association_id, resource_type)
    del instance.associations[association_id]
    _write_permissions(instance)


def stream_arn_of(config: dict) -> str:
    if config.get("StorageType") == KINESIS:
        return (config.get("KinesisStreamConfig") or {}).get("StreamArn", "")
    return (config.get("KinesisFirehoseConfig") or {}).get("FirehoseArn", "")


def _validate_storage(instance: Instance, resource_type: str, config: dict) -> None:
    if resource_type not in STORAGE_TYPES:
        raise ConnectError("InvalidParameterException", 400, f"ResourceType cannot be {resource_type}")
    storage_type = config.get("StorageType")
    if storage_type not in STORAGE_TYPES[resource_type]:
        raise ConnectError("InvalidRequestException", 400, f"{resource_type} does not support the storage type {storage_type}")
    pattern, streams = (STREAM_ARN, kinesis._streams) if storage_type == KINESIS else (DELIVERY_STREAM_ARN, firehose._streams)
    match = pattern.fullmatch(stream_arn_of(config))
    if not match:
        raise ConnectError("InvalidRequestException", 400, f"{storage_type} requires the ARN of a stream, got {stream_arn_of(config)!r}")
    region, account, name = match.groups()
    if (region, account) != (instance.region, instance.account):
        raise ConnectError("InvalidRequestException", 400, f"The stream {match.group()} must be in the account and Region of the instance")
    if name not in streams:
        raise ConnectError("ResourceNotFoundException", 404, f"The stream {match.group()} does not exist")


def _create_service_linked_role() -> str:
    path = "/aws-service-role/connect.amazonaws.com/"
    name = f"AWSServiceRoleForAmazonConnect_{secrets.token_hex(10)}"
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "connect.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    iam._create_role({"RoleName": [name], "Path": [path], "AssumeRolePolicyDocument": [json.dumps(trust)]})
    return iam._roles[name]["Arn"]


def _write_permissions(instance: Instance) -> None:
    """Writes the permission for each stream into the inline policy of the service-linked role."""
    policies = iam._roles[instance.service_role_arn.rsplit("/", 1)[-1]]["InlinePolicies"]
    statements = [
        {"Effect": "Allow", "Action": ACTIONS[association.storage_type], "Resource": association.stream_arn}
        for association in instance.associations.values()
    ]
    policies["AmazonConnectStreaming"] = json.dumps({"Version": "2012-10-17", "Statement": statements})
