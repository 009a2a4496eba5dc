"""
What MiniStack does not evaluate when it authorizes a request: KMS grants, the condition keys of `CreateGrant`, and permission to
decrypt for those who read encrypted streams and objects.
"""
import json
from contextvars import ContextVar

from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import EvalResult

from extension import permissions
from extension.bucket_encryption import key_of_bucket
from extension.patching import wrap
from extension.stream_encryption import key_of_stream

_kms_request: ContextVar[dict] = ContextVar("kms_request", default={})

# See https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
CONDITION_KEYS = {"GranteePrincipal": "kms:GranteePrincipal", "Operations": "kms:GrantOperations", "RetiringPrincipal": "kms:RetiringPrincipal"}


def install() -> None:
    wrap(iam_actions, "request_tag_context", _with_kms_condition_keys)
    wrap(iam_evaluator, "enforce", _enforce)


def _with_kms_condition_keys(original, service, iam_action, body, params):
    context = original(service, iam_action, body, params)
    if service != "kms":
        return context
    request = json.loads(body or b"{}")
    _kms_request.set(request)
    if iam_action == "kms:CreateGrant":
        context.update({key: request[name] for name, key in CONDITION_KEYS.items() if name in request})
    return context


def _enforce(original, access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    denied = original(access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=service_context)
    if isinstance(denied, EvalResult) and denied.decision == "ImplicitDeny" and _is_allowed_by_grant(denied.principal_arn, iam_action, resource_arn):
        return None
    key = None if denied else _key_to_decrypt_with(iam_action, resource_arn)
    return _enforce(original, access_key_id, "kms:Decrypt", "kms", region, key) if key else denied


def _is_allowed_by_grant(principal_arn: str, iam_action: str, key_arn: str) -> bool:
    if iam_action == "kms:RetireGrant" and permissions.may_retire(principal_arn, _kms_request.get().get("GrantId", ""), key_arn):
        return True
    return iam_action.startswith("kms:") and permissions.grant_allows(principal_arn, iam_action, key_arn)


def _key_to_decrypt_with(iam_action: str, resource_arn: str) -> str | None:
    if iam_action == "s3:GetObject":
        return key_of_bucket(resource_arn.removeprefix("arn:aws:s3:::").split("/")[0])
    if iam_action in ("kinesis:GetRecords", "kinesis:SubscribeToShard"):
        return key_of_stream(resource_arn)
    return None
