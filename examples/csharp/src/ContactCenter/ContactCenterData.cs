using Amazon.CDK;
using Amazon.CDK.AWS.Kinesis;
using Amazon.CDK.AWS.KMS;
using CdkConnect.DataStreaming;
using Constructs;

namespace ContactCenter
{
    /// <summary>The existing Amazon Connect instance, the stream for agent events and the key of that stream.</summary>
    public sealed class ContactCenterDataProps : StackProps
    {
        public required string InstanceArn { get; init; }

        public required string AgentEventsStreamArn { get; init; }

        public required string AgentEventsKeyArn { get; init; }
    }

    /// <summary>Streams contact records and agent events, with alarms and audit rules for both, and a table of agent events.</summary>
    public sealed class ContactCenterData : Stack
    {
        public ContactCenterData(Construct scope, string id, ContactCenterDataProps props)
            : base(scope, id, props)
        {
            var agentEvents = Stream.FromStreamAttributes(this, "AgentEvents", new StreamAttributes
            {
                StreamArn = props.AgentEventsStreamArn,
                EncryptionKey = Key.FromKeyArn(this, "AgentEventsKey", props.AgentEventsKeyArn),
            });

            var streaming = new ConnectDataStreaming(this, "Streaming", new ConnectDataStreamingProps
            {
                Instance = ConnectInstance.FromInstanceArn(this, "Instance", props.InstanceArn),
                ContactRecords = StreamingDestination.NewDeliveryStream(),
                AgentEvents = StreamingDestination.KinesisStream(agentEvents),
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
