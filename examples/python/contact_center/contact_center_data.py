from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
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
    """Streams contact records, agent events and voice analysis segments."""

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
            contact_records=StreamingDestination.new_delivery_stream(
                encryption=firehose.StreamEncryption.aws_owned_key()
            ),
            agent_events=StreamingDestination.kinesis_stream(agent_events),
            voice_analysis_segments=StreamingDestination.new_kinesis_stream(
                encryption=kinesis.StreamEncryption.MANAGED,
                retention_period=Duration.days(7),
            ),
        )

        voice_stream = streaming.voice_analysis_segments_stream
        assert voice_stream is not None
        CfnOutput(self, "VoiceStreamName", value=voice_stream.stream_name)

        AgentEventsTable(self, "AgentEventsTable", streaming=streaming)
        DataStreamingMonitoring(self, "Monitoring", streaming=streaming)
        DataStreamingAudit(self, "Audit", streaming=streaming)
