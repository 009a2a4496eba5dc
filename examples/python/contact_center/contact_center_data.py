from aws_cdk import Environment, Stack
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from cdk_connect_data_streaming import (
    AgentEventsTable,
    ConnectDataStreaming,
    ConnectInstance,
    DataStreamingAudit,
    DataStreamingMonitoring,
    StreamingDestination,
)
from constructs import Construct


class ContactCenterData(Stack):
    """Sends contact records to a new delivery stream and agent events to an existing one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instance_arn: str,
        agent_events_stream_arn: str,
        agent_events_key_arn: str,
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env)

        agent_events = kinesis.Stream.from_stream_attributes(
            self,
            "AgentEvents",
            stream_arn=agent_events_stream_arn,
            encryption_key=kms.Key.from_key_arn(
                self, "AgentEventsKey", agent_events_key_arn
            ),
        )

        streaming = ConnectDataStreaming(
            self,
            "Streaming",
            instance=ConnectInstance.from_instance_arn(self, "Instance", instance_arn),
            contact_records=StreamingDestination.new_delivery_stream(),
            agent_events=StreamingDestination.kinesis_stream(agent_events),
        )

        AgentEventsTable(self, "AgentEventsTable", streaming=streaming)
        DataStreamingMonitoring(self, "Monitoring", streaming=streaming)
        DataStreamingAudit(self, "Audit", streaming=streaming)
