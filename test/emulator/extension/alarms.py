"""Alarms on metric math, which MiniStack rejects: they are stored with their first metric."""
from extension.patching import wrap_resource_type


def install() -> None:
    wrap_resource_type("AWS::CloudWatch::Alarm", create=_create, update=_update)


def _create(original, logical_id, props, *rest):
    return original(logical_id, _with_one_metric(props), *rest)


def _update(original, physical_id, old_props, new_props, *rest):
    return original(physical_id, _with_one_metric(old_props), _with_one_metric(new_props), *rest)


def _with_one_metric(props: dict) -> dict:
    metrics = [query["MetricStat"] for query in props.get("Metrics") or [] if "MetricStat" in query]
    if not metrics:
        return props
    others = {name: value for name, value in props.items() if name != "Metrics"}
    return {**others, **metrics[0]["Metric"], "Period": metrics[0]["Period"], "Statistic": metrics[0]["Stat"]}
