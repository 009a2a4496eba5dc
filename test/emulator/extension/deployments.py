"""
Deploys in the order that is most likely to lose records, and checks after each step whether Amazon Connect would lose one.

CloudFormation starts each resource as soon as its dependencies exist. MiniStack deploys in alphabetical order, which can hide a
missing dependency. Here, an association is created as soon as its dependencies allow, and everything else later.
"""
from ministack.services.cloudformation import changesets, engine, provisioners, stacks
from ministack.services.cloudformation.engine import _extract_deps

from extension import losses
from extension.patching import wrap
from extension.resource_types import STORAGE_CONFIG, template_resources


def install() -> None:
    sort = engine._topological_sort
    for module in (engine, stacks, changesets):
        module._topological_sort = lambda resources, conditions: _sort(sort, resources, conditions)
    for module in (provisioners, stacks):
        wrap(module, "_provision_resource", _checked("create", 1))
        wrap(module, "_update_resource", _checked("update", 5))
        wrap(module, "_delete_resource", _checked("delete", 4))


def _sort(original, resources: dict, conditions: dict) -> list[str]:
    template_resources.set(resources)
    ordered = original(resources, conditions)
    early: list[str] = []
    for logical_id in ordered:
        if resources[logical_id]["Type"] == STORAGE_CONFIG:
            needed = _with_dependencies(logical_id, resources)
            early += [one for one in ordered if one in needed and one not in early]
    return early + [one for one in ordered if one not in early]


def _with_dependencies(logical_id: str, resources: dict) -> set[str]:
    needed, pending = {logical_id}, [logical_id]
    while pending:
        for dependency in _extract_deps(resources[pending.pop()], set(resources)) - needed:
            needed.add(dependency)
            pending.append(dependency)
    return needed


def _checked(operation: str, logical_id_position: int):
    def run(original, resource_type, *args):
        result = original(resource_type, *args)
        logical_id = args[logical_id_position - 1] if len(args) >= logical_id_position else args[0]
        losses.check(f"{operation} {resource_type} {logical_id}")
        return result

    return run
