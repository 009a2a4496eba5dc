"""Evaluates whether a role may do something, by its policies, by the policy of the resource and by KMS grants."""
from ministack.core.iam_evaluator import (
    EvalContext, _gather_role_policies, _resource_policy, combine_resource_policy, evaluate,
)
from ministack.core.responses import request_scope
from ministack.services import iam, kms


def is_allowed(role_arn: str, action: str, resource_arn: str) -> bool:
    service, account, region = action.split(":")[0], role_arn.split(":")[4], resource_arn.split(":")[3]
    name = role_arn.rsplit("/", 1)[-1]
    if iam._roles.get_scoped(account, None, name) is None:
        return False
    context = EvalContext(role_arn, "AssumedRole", account, action, resource_arn, region, secure_transport=True)
    result = evaluate(context, _gather_role_policies(name, account))
    with request_scope(resource_arn.split(":")[4] or account, region):
        found = _resource_policy(service, resource_arn)
    if found:
        result = combine_resource_policy(result, context, *found, required=service == "kms")
    return result.decision == "Allow" or (result.decision != "Deny" and grant_allows(role_arn, action, resource_arn))


def grant_allows(principal_arn: str, action: str, key_arn: str) -> bool:
    """Whether a KMS grant allows the principal to use the key."""
    return any(
        is_same_role(grant["GranteePrincipal"], principal_arn) and action.removeprefix("kms:") in grant["Operations"]
        for grant in grants_on(key_arn)
    )


def may_retire(principal_arn: str, grant_id: str, key_arn: str) -> bool:
    """Whether the grant itself names the principal as the one that may retire it, which needs no policy."""
    return any(
        grant["GrantId"] == grant_id and grant.get("RetiringPrincipal") and is_same_role(grant["RetiringPrincipal"], principal_arn)
        for grant in grants_on(key_arn)
    )


def grants_on(key_arn: str) -> list[dict]:
    if not key_arn.startswith("arn:aws:kms:"):
        return []
    _, _, _, region, account, _ = key_arn.split(":", 5)
    with request_scope(account, region):
        return [grant for grant in kms._grants.values() if grant["KeyId"] == key_arn]


def is_same_role(role_arn: str, principal_arn: str) -> bool:
    """Whether the principal is the role, or a session of the role."""
    return _account_and_name(role_arn) == _account_and_name(principal_arn)


def _account_and_name(arn: str) -> tuple[str, str]:
    _, _, _, _, account, resource = arn.split(":", 5)
    kind, _, name = resource.partition("/")
    return account, name.split("/")[0] if kind == "assumed-role" else name.rsplit("/", 1)[-1]
