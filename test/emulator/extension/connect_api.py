"""The REST API of Amazon Connect, as far as this library and its integ apps call it."""
import json
import re
from urllib.parse import unquote

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import error_response_json, json_response

from extension import instances, throttling
from extension.instances import Association, ConnectError, Instance
from extension.patching import wrap

INSTANCE = r"(?P<instance>(?:arn:[^/]+:instance/)?[^/]+)"
ASSOCIATION = r"(?P<association>[^/]+)"

# The operations by method and path. The first path that matches is the operation.
ROUTES = [
    ("CreateInstance", "PUT", r"/instance"),
    ("ListInstances", "GET", r"/instance"),
    ("AssociateInstanceStorageConfig", "PUT", rf"/instance/{INSTANCE}/storage-config"),
    ("ListInstanceStorageConfigs", "GET", rf"/instance/{INSTANCE}/storage-configs"),
    ("DescribeInstanceStorageConfig", "GET", rf"/instance/{INSTANCE}/storage-config/{ASSOCIATION}"),
    ("UpdateInstanceStorageConfig", "POST", rf"/instance/{INSTANCE}/storage-config/{ASSOCIATION}"),
    ("DisassociateInstanceStorageConfig", "DELETE", rf"/instance/{INSTANCE}/storage-config/{ASSOCIATION}"),
    ("DescribeInstance", "GET", rf"/instance/{INSTANCE}"),
    ("DeleteInstance", "DELETE", rf"/instance/{INSTANCE}"),
]


def install() -> None:
    router.SERVICE_PATTERNS["connect"] = {"host_patterns": [r"^connect\."]}
    app.SERVICE_HANDLERS["connect"] = _handle
    wrap(iam_actions, "extract_iam_action", _extract_iam_action)
    wrap(iam_actions, "extract_resource_arn", _extract_resource_arn)


async def _handle(method, path, headers, body, query_params):
    operation, parameters = _route(method, path)
    if operation is None:
        return error_response_json("UnknownOperationException", f"{method} {path} is not supported", 404)
    try:
        throttling.take()
        return json_response(_OPERATIONS[operation](parameters, json.loads(body or b"{}"), query_params))
    except ConnectError as error:
        status, response_headers, response = error_response_json(error.code, str(error), error.status)
        return status, {**response_headers, "x-amzn-errortype": error.code}, response


def _route(method: str, path: str):
    path = unquote(path).rstrip("/")
    for operation, route_method, pattern in ROUTES:
        match = re.fullmatch(pattern, path)
        if route_method == method and match:
            return operation, match.groupdict()
    return None, {}


def _create_instance(_, body, __):
    attributes = {name: body.get(name, False) for name in ("InboundCallsEnabled", "OutboundCallsEnabled")}
    instance = instances.create_instance(body.get("IdentityManagementType", ""), body.get("InstanceAlias"), attributes)
    return {"Id": instance.id, "Arn": instance.arn}


def _list_instances(*_):
    return {"InstanceSummaryList": [describe(instance) for instance in instances.INSTANCES.values()]}


def _describe_instance(parameters, *_):
    return {"Instance": describe(instances.find_instance(parameters["instance"]))}


def _delete_instance(parameters, *_):
    instances.delete_instance(parameters["instance"])
    return {}


def _associate(parameters, body, _):
    association = instances.associate(parameters["instance"], body.get("ResourceType", ""), body.get("StorageConfig") or {})
    return {"AssociationId": association.id}


def _list_storage_configs(parameters, _, query):
    resource_type = _resource_type(query)
    associations = instances.find_instance(parameters["instance"]).associations.values()
    return {"StorageConfigs": [_storage_config(one) for one in associations if one.resource_type == resource_type]}


def _describe_storage_config(parameters, _, query):
    return {"StorageConfig": _storage_config(instances.find_association(*parameters.values(), _resource_type(query)))}


def _update_storage_config(parameters, body, query):
    instances.update_association(*parameters.values(), _resource_type(query), body.get("StorageConfig") or {})
    return {}


def _disassociate(parameters, _, query):
    instances.disassociate(*parameters.values(), _resource_type(query))
    return {}


_OPERATIONS = {
    "CreateInstance": _create_instance,
    "ListInstances": _list_instances,
    "DescribeInstance": _describe_instance,
    "DeleteInstance": _delete_instance,
    "AssociateInstanceStorageConfig": _associate,
    "ListInstanceStorageConfigs": _list_storage_configs,
    "DescribeInstanceStorageConfig": _describe_storage_config,
    "UpdateInstanceStorageConfig": _update_storage_config,
    "DisassociateInstanceStorageConfig": _disassociate,
}


def describe(instance: Instance) -> dict:
    return {
        "Id": instance.id,
        "Arn": instance.arn,
        "IdentityManagementType": instance.identity_management_type,
        "InstanceAlias": instance.alias,
        "CreatedTime": instance.created,
        "ServiceRole": instance.service_role_arn,
        "InstanceStatus": "ACTIVE",
        **instance.attributes,
    }


def _storage_config(association: Association) -> dict:
    return {"AssociationId": association.id, **association.config}


def _resource_type(query: dict) -> str:
    value = query.get("resourceType", "")
    resource_type = value[0] if isinstance(value, list) else value
    if resource_type not in instances.STORAGE_TYPES:
        raise ConnectError("InvalidParameterException", 400, f"resourceType cannot be {resource_type!r}")
    return resource_type


def _extract_iam_action(original, service, method, path, *rest):
    if service != "connect":
        return original(service, method, path, *rest)
    operation, _ = _route(method, path)
    return f"connect:{operation or 'UnknownOperation'}"


def _extract_resource_arn(original, service, method, path, headers, body, params, region, account_id):
    if service != "connect":
        return original(service, method, path, headers, body, params, region, account_id)
    _, parameters = _route(method, path)
    if "instance" not in parameters:
        return "*"
    return f"arn:aws:connect:{region}:{account_id}:instance/{parameters['instance'].rsplit('/', 1)[-1]}"
