using Amazon.CDK;
using CdkConnect.DataStreaming;
using Constructs;
using Firehose = Amazon.CDK.AWS.KinesisFirehose;
using Kinesis = Amazon.CDK.AWS.Kinesis;
using KMS = Amazon.CDK.AWS.KMS;

namespace ContactCenter
{
    /// <summary>The existing Amazon Connect instance, the stream for agent events and the key of that stream.</summary>
    public sealed class ContactCenterDataProps : StackProps
    {
        public required string InstanceArn { get; init; }

        public required string AgentEventsStreamArn { get; init; }

        public required string AgentEventsKeyArn { get; init; }
    }

    /// <summary>Streams contact records, agent events and voice analysis segments, with alarms, audit rules and a table of agent events.</summary>
    public sealed class ContactCenterData : Stack
    {
        public ContactCenterData(Construct scope, string id, ContactCenterDataProps props)
            : base(scope, id, props)
        {
            var agentEvents = Kinesis.Stream.FromStreamAttributes(this, "AgentEvents", new Kinesis.StreamAttributes
            {
                StreamArn = props.AgentEventsStreamArn,
                EncryptionKey = KMS.Key.FromKeyArn(this, "AgentEventsKey", props.AgentEventsKeyArn),
            });

            var streaming = new ConnectDataStreaming(this, "Streaming", new ConnectDataStreamingProps
            {
                Instance = ConnectInstance.FromInstanceArn(this, "Instance", props.InstanceArn),
                ContactRecords = StreamingDestination.NewDeliveryStream(new NewDeliveryStreamProps
                {
                    Encryption = Firehose.StreamEncryption.AwsOwnedKey(),
                }),
                AgentEvents = StreamingDestination.KinesisStream(agentEvents),
                VoiceAnalysisSegments = StreamingDestination.NewKinesisStream(new Kinesis.StreamProps
                {
                    Encryption = Kinesis.StreamEncryption.MANAGED,
                    RetentionPeriod = Duration.Days(7),
                }),
            });

            _ = new CfnOutput(this, "VoiceStreamName", new CfnOutputProps
            {
                Value = streaming.VoiceAnalysisSegmentsStream!.StreamName,
            });

            _ = new AgentEventsTable(this, "AgentEventsTable", new AgentEventsTableProps
            {
                Streaming = streaming,
            });

            _ = new DataStreamingMonitoring(this, "Monitoring", new DataStreamingMonitoringProps
            {
                Streaming = streaming,
            });
            _ = new DataStreamingAudit(this, "Audit", new DataStreamingAuditProps
            {
                Streaming = streaming,
            });
        }
    }
}
