package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesisfirehose"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	connect "github.com/cdk-connect/cdk-connect-data-streaming-go/cdkconnectdatastreaming"
)

// ContactCenterDataProps specify the existing Amazon Connect instance, the stream for agent events and the key of that stream.
type ContactCenterDataProps struct {
	awscdk.StackProps
	InstanceArn          *string
	AgentEventsStreamArn *string
	AgentEventsKeyArn    *string
}

// NewContactCenterData streams contact records, agent events and voice analysis segments, with alarms, audit rules and a table
// of agent events.
func NewContactCenterData(scope constructs.Construct, id string, props *ContactCenterDataProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)

	agentEvents := awskinesis.Stream_FromStreamAttributes(stack, jsii.String("AgentEvents"), &awskinesis.StreamAttributes{
		StreamArn:     props.AgentEventsStreamArn,
		EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("AgentEventsKey"), props.AgentEventsKeyArn),
	})

	streaming := connect.NewConnectDataStreaming(stack, jsii.String("Streaming"), &connect.ConnectDataStreamingProps{
		Instance: connect.ConnectInstance_FromInstanceArn(stack, jsii.String("Instance"), props.InstanceArn),
		ContactRecords: connect.StreamingDestination_NewDeliveryStream(&connect.NewDeliveryStreamProps{
			Encryption: awskinesisfirehose.StreamEncryption_AwsOwnedKey(),
		}),
		AgentEvents: connect.StreamingDestination_KinesisStream(agentEvents),
		VoiceAnalysisSegments: connect.StreamingDestination_NewKinesisStream(&awskinesis.StreamProps{
			Encryption:      awskinesis.StreamEncryption_MANAGED,
			RetentionPeriod: awscdk.Duration_Days(jsii.Number(7)),
		}),
	})

	awscdk.NewCfnOutput(stack, jsii.String("VoiceStreamName"), &awscdk.CfnOutputProps{
		Value: streaming.VoiceAnalysisSegmentsStream().StreamName(),
	})

	connect.NewAgentEventsTable(stack, jsii.String("AgentEventsTable"), &connect.AgentEventsTableProps{
		Streaming: streaming,
	})

	connect.NewDataStreamingMonitoring(stack, jsii.String("Monitoring"), &connect.DataStreamingMonitoringProps{
		Streaming: streaming,
	})
	connect.NewDataStreamingAudit(stack, jsii.String("Audit"), &connect.DataStreamingAuditProps{
		Streaming: streaming,
	})

	return stack
}
