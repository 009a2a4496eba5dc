package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	instanceArn := context(app, "instanceArn")
	instance := awscdk.Arn_Split(instanceArn, awscdk.ArnFormat_SLASH_RESOURCE_NAME)

	NewContactCenterData(app, "ContactCenterData", &ContactCenterDataProps{
		StackProps: awscdk.StackProps{
			Env: &awscdk.Environment{Account: instance.Account, Region: instance.Region},
		},
		InstanceArn:          instanceArn,
		AgentEventsStreamArn: context(app, "agentEventsStreamArn"),
		AgentEventsKeyArn:    context(app, "agentEventsKeyArn"),
	})

	app.Synth(nil)
}

func context(app awscdk.App, key string) *string {
	value, ok := app.Node().TryGetContext(jsii.String(key)).(string)
	if !ok {
		panic("missing context value: cdk synth --context " + key + "=<ARN>")
	}
	return &value
}
