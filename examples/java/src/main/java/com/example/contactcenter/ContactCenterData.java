package com.example.contactcenter;

import io.github.cdkconnect.datastreaming.AgentEventsTable;
import io.github.cdkconnect.datastreaming.ConnectDataStreaming;
import io.github.cdkconnect.datastreaming.ConnectInstance;
import io.github.cdkconnect.datastreaming.DataStreamingAudit;
import io.github.cdkconnect.datastreaming.DataStreamingMonitoring;
import io.github.cdkconnect.datastreaming.NewDeliveryStreamProps;
import io.github.cdkconnect.datastreaming.StreamingDestination;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamAttributes;
import software.amazon.awscdk.services.kinesis.StreamEncryption;
import software.amazon.awscdk.services.kinesis.StreamProps;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** Streams contact records, agent events and voice analysis segments, with alarms, audit rules and a table of agent events. */
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
            .contactRecords(StreamingDestination.newDeliveryStream(NewDeliveryStreamProps.builder()
                .encryption(software.amazon.awscdk.services.kinesisfirehose.StreamEncryption.awsOwnedKey())
                .build()))
            .agentEvents(StreamingDestination.kinesisStream(agentEvents))
            .voiceAnalysisSegments(StreamingDestination.newKinesisStream(StreamProps.builder()
                .encryption(StreamEncryption.MANAGED)
                .retentionPeriod(Duration.days(7))
                .build()))
            .build();

        CfnOutput.Builder.create(this, "VoiceStreamName")
            .value(streaming.getVoiceAnalysisSegmentsStream().getStreamName())
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
