package com.example.contactcenter;

import io.github.cdkconnect.datastreaming.AgentEventsTable;
import io.github.cdkconnect.datastreaming.ConnectDataStreaming;
import io.github.cdkconnect.datastreaming.ConnectInstance;
import io.github.cdkconnect.datastreaming.DataStreamingAudit;
import io.github.cdkconnect.datastreaming.DataStreamingMonitoring;
import io.github.cdkconnect.datastreaming.StreamingDestination;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamAttributes;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** Streams contact records and agent events, with alarms and audit rules for both, and a table of agent events. */
public class ContactCenterData extends Stack {

    /** The existing Amazon Connect instance, the stream for agent events and the key of that stream. */
    public record Sources(String instanceArn, String agentEventsStreamArn, String agentEventsKeyArn) {}

    public ContactCenterData(final Construct scope, final String id, final Sources sources, final StackProps props) {
        super(scope, id, props);

        final IStream agentEvents = Stream.fromStreamAttributes(this, "AgentEvents", StreamAttributes.builder()
            .streamArn(sources.agentEventsStreamArn())
            .encryptionKey(Key.fromKeyArn(this, "AgentEventsKey", sources.agentEventsKeyArn()))
            .build());

        final ConnectDataStreaming streaming = ConnectDataStreaming.Builder.create(this, "Streaming")
            .instance(ConnectInstance.fromInstanceArn(this, "Instance", sources.instanceArn()))
            .contactRecords(StreamingDestination.newDeliveryStream())
            .agentEvents(StreamingDestination.kinesisStream(agentEvents))
            .build();

        AgentEventsTable.Builder.create(this, "AgentEventsTable")
            .streaming(streaming)
            .build();

        DataStreamingMonitoring.Builder.create(this, "Monitoring")
            .streaming(streaming)
            .build();
        DataStreamingAudit.Builder.create(this, "Audit")
            .streaming(streaming)
            .build();
    }
}
