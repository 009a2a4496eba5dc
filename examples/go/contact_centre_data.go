package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	streaming "github.com/cdk-connect/cdk-connect-data-streaming-go/cdkconnectdatastreaming"
)

// ContactCentreDataProps name the existing Amazon Connect instance, and the stream for agent events with its key.
type ContactCentreDataProps struct {
	awscdk.StackProps
	InstanceArn          *string
	AgentEventsStreamArn *string
	AgentEventsKeyArn    *string
}

// NewContactCentreData sends contact records to a new delivery stream, agent events to an existing stream.
func NewContactCentreData(scope constructs.Construct, id string, props *ContactCentreDataProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)

	agentEvents := awskinesis.Stream_FromStreamAttributes(stack, jsii.String("AgentEvents"), &awskinesis.StreamAttributes{
		StreamArn:     props.AgentEventsStreamArn,
		EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("AgentEventsKey"), props.AgentEventsKeyArn),
	})

	streaming.NewConnectDataStreaming(stack, jsii.String("Streaming"), &streaming.ConnectDataStreamingProps{
		Instance:       streaming.ConnectInstance_FromInstanceArn(stack, jsii.String("Instance"), props.InstanceArn),
		ContactRecords: streaming.StreamingDestination_NewDeliveryStream(nil),
		AgentEvents:    streaming.StreamingDestination_KinesisStream(agentEvents),
	})

	return stack
}
