"""The CloudFormation types of Amazon Connect, and the refusals of IAM and KMS that CloudFormation passes on."""
import json
from contextvars import ContextVar

from ministack.core.responses import get_account_id, json_response
from ministack.services import cloudcontrol, iam
from ministack.services.cloudformation import changesets
from ministack.services.cloudformation.engine import _extract_deps
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from extension import instances
from extension.instances import ConnectError, Instance
from extension.patching import wrap, wrap_resource_type

INSTANCE = "AWS::Connect::Instance"
STORAGE_CONFIG = "AWS::Connect::InstanceStorageConfig"
IDENTIFIERS = ("InstanceArn", "AssociationId", "ResourceType")

# The resources of the stack that is being deployed.
template_resources: ContextVar[dict] = ContextVar("template_resources", default={})


def install() -> None:
    _RESOURCE_HANDLERS[INSTANCE] = {"create": _create_instance, "update": _update_instance, "delete": _delete_instance}
    _RESOURCE_HANDLERS[STORAGE_CONFIG] = {
        "create": _create_storage_config,
        "update": _update_storage_config, "update_with_logical_id": True,
        "delete": _delete_storage_config,
        "import": _import_storage_config,
    }
    changesets._IMPORT_LOOKUPS[STORAGE_CONFIG] = (IDENTIFIERS, _import_problem)
    wrap(cloudcontrol, "_get_resource", _get_resource)
    wrap_resource_type("AWS::KMS::Key", create=_create_key, update=_update_key)
    wrap_resource_type("AWS::IAM::Policy", create=_create_policy)


def _create_instance(_, props, __):
    attributes = props.get("Attributes") or {}
    enabled = {name: bool(attributes.get(prop)) for prop, name in (("InboundCalls", "InboundCallsEnabled"), ("OutboundCalls", "OutboundCallsEnabled"))}
    instance = _handled(instances.create_instance, props.get("IdentityManagementType", ""), props.get("InstanceAlias"), enabled)
    return instance.arn, _attributes(instance)


def _update_instance(physical_id, old_props, new_props, stack_name):
    if all(old_props.get(name) == new_props.get(name) for name in ("IdentityManagementType", "InstanceAlias", "DirectoryId")):
        return physical_id, _attributes(instances.find_instance(physical_id))
    return _create_instance(physical_id, new_props, stack_name)


def _delete_instance(physical_id, _):
    _ignore_missing(instances.delete_instance, physical_id)


def _attributes(instance: Instance) -> dict:
    return {"Arn": instance.arn, "Id": instance.id, "InstanceStatus": "ACTIVE", "ServiceRole": instance.service_role_arn}


def _create_storage_config(logical_id, props, _):
    _validate_order(logical_id, template_resources.get())
    association = _handled(instances.associate, props["InstanceArn"], props["ResourceType"], _config(props))
    return _physical_id(props["InstanceArn"], association.id, props["ResourceType"]), {"AssociationId": association.id}


def _update_storage_config(physical_id, old_props, new_props, stack_name, logical_id=None):
    if any(old_props[name] != new_props[name] for name in ("InstanceArn", "ResourceType")):
        return _create_storage_config(logical_id, new_props, stack_name)
    instance_arn, association_id, resource_type = physical_id.split("|")
    _handled(instances.update_association, instance_arn, association_id, resource_type, _config(new_props))
    return physical_id, {"AssociationId": association_id}


def _delete_storage_config(physical_id, _):
    _ignore_missing(instances.disassociate, *physical_id.split("|"))


def _import_storage_config(identifier):
    return _physical_id(*(identifier[name] for name in IDENTIFIERS)), {"AssociationId": identifier["AssociationId"]}


def _import_problem(*identifiers):
    try:
        instances.find_association(*identifiers)
        return None
    except ConnectError as error:
        return str(error)


def _physical_id(*identifiers: str) -> str:
    return "|".join(identifiers)


def _config(props: dict) -> dict:
    return {name: props[name] for name in ("StorageType", "KinesisStreamConfig", "KinesisFirehoseConfig") if name in props}


def _validate_order(logical_id: str, resources: dict) -> None:
    """CloudFormation creates associations that do not depend on each other in parallel, which Amazon Connect throttles."""
    instance = _instance_of(resources[logical_id])
    for other, definition in resources.items():
        is_parallel = other != logical_id and definition["Type"] == STORAGE_CONFIG and _instance_of(definition) == instance
        if is_parallel and not depends_on(resources, logical_id, other) and not depends_on(resources, other, logical_id):
            raise ValueError(f"Too Many Requests: {logical_id} and {other} are created in parallel (HandlerErrorCode: Throttling)")


def _instance_of(definition: dict) -> str:
    return json.dumps(definition["Properties"]["InstanceArn"], sort_keys=True)


def depends_on(resources: dict, logical_id: str, other: str) -> bool:
    """Whether a resource depends on another resource of the template, directly or through others."""
    visited, pending = set(), [logical_id]
    while pending:
        for dependency in _extract_deps(resources[pending.pop()], set(resources)) - visited:
            visited.add(dependency)
            pending.append(dependency)
    return other in visited


def _handled(call, *args):
    """Calls Amazon Connect, with the error that the handler of the resource type returns."""
    try:
        return call(*args)
    except ConnectError as error:
        code = {404: "NotFound", 409: "AlreadyExists"}.get(error.status, "InvalidRequest")
        raise ValueError(f'Resource handler returned message: "{error}" (HandlerErrorCode: {code})') from error


def _ignore_missing(call, *args):
    """CloudFormation treats a resource that does not exist as deleted."""
    try:
        call(*args)
    except ConnectError as error:
        if error.status != 404:
            raise


def _get_resource(original, data):
    if data.get("TypeName") != INSTANCE:
        return original(data)
    try:
        instance = instances.find_instance(data.get("Identifier", ""))
    except ConnectError:
        return original(data)
    properties = {"Arn": instance.arn, "Id": instance.id, "ServiceRole": instance.service_role_arn, "InstanceStatus": "ACTIVE"}
    return json_response({"TypeName": INSTANCE, "ResourceDescription": {"Identifier": instance.arn, "Properties": json.dumps(properties)}})


def _create_key(original, logical_id, props, stack_name):
    _validate_principals(props.get("KeyPolicy"))
    return original(logical_id, props, stack_name)


def _update_key(original, physical_id, old_props, new_props, stack_name):
    _validate_principals(new_props.get("KeyPolicy"))
    return original(physical_id, old_props, new_props, stack_name)


def _validate_principals(policy: dict | str | None) -> None:
    """KMS rejects a policy with a role that does not exist."""
    policy = json.loads(policy) if isinstance(policy, str) else policy or {}
    for statement in policy.get("Statement", []):
        principals = statement["Principal"].get("AWS", []) if isinstance(statement.get("Principal"), dict) else []
        for principal in [principals] if isinstance(principals, str) else principals:
            is_local_role = principal.startswith(f"arn:aws:iam::{get_account_id()}:role/")
            if is_local_role and principal not in {role["Arn"] for role in iam._roles.values()}:
                raise ValueError(f"Policy contains a statement with one or more invalid principals: {principal} (Service: Kms, Status Code: 400)")


def _create_policy(original, logical_id, props, stack_name):
    for role in props.get("Roles") or []:
        if role.startswith("AWSServiceRoleFor"):
            raise ValueError(f"Cannot perform the operation on the protected role '{role}' (Service: Iam, Status Code: 400)")
    return original(logical_id, props, stack_name)
