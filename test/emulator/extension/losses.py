"""
The records that would be lost. After each resource that CloudFormation creates, updates or deletes, each association of the account
is checked as if a record were sent at this moment: by Amazon Connect, and from a delivery stream to its bucket. No data is sent.
"""
from ministack.core.responses import get_account_id, get_region

from extension.firehose_delivery import delivery_problem
from extension.instances import INSTANCES
from extension.records import reason_for_loss

_losses: list[dict] = []
_checks: dict[str, int] = {}


def check(step: str) -> None:
    account = get_account_id()
    for instance in list(INSTANCES.values()):
        for association in list(instance.associations.values()):
            _checks[account] = _checks.get(account, 0) + 1
            reason = reason_for_loss(instance, association) or delivery_problem(association.stream_arn)
            if reason:
                _losses.append({
                    "account": account, "region": get_region(), "instance": instance.alias or instance.arn,
                    "resourceType": association.resource_type, "reason": reason, "after": step,
                })


def take(account: str) -> dict:
    """Returns and forgets what was found in an account."""
    taken = [loss for loss in _losses if loss["account"] == account]
    _losses[:] = [loss for loss in _losses if loss["account"] != account]
    return {"checks": _checks.pop(account, 0), "losses": taken}
