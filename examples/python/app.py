#!/usr/bin/env python3
from aws_cdk import App, Arn, ArnFormat, Environment

from contact_center.contact_center_data import ContactCenterData

app = App()


def context(key: str) -> str:
    value = app.node.try_get_context(key)
    if value is None:
        raise SystemExit(f"missing context value: cdk synth --context {key}=<ARN>")
    return value


instance_arn = context("instanceArn")
instance = Arn.split(instance_arn, ArnFormat.SLASH_RESOURCE_NAME)

ContactCenterData(
    app,
    "ContactCenterData",
    instance_arn=instance_arn,
    agent_events_stream_arn=context("agentEventsStreamArn"),
    agent_events_key_arn=context("agentEventsKeyArn"),
    env=Environment(account=instance.account, region=instance.region),
)

app.synth()
