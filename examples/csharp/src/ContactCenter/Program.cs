using System;
using Amazon.CDK;

namespace ContactCenter
{
    internal static class Program
    {
        public static void Main()
        {
            var app = new App();
            var instanceArn = Context(app, "instanceArn");
            var instance = Arn.Split(instanceArn, ArnFormat.SLASH_RESOURCE_NAME);

            _ = new ContactCenterData(app, "ContactCenterData", new ContactCenterDataProps
            {
                InstanceArn = instanceArn,
                AgentEventsStreamArn = Context(app, "agentEventsStreamArn"),
                AgentEventsKeyArn = Context(app, "agentEventsKeyArn"),
                Env = new Amazon.CDK.Environment { Account = instance.Account, Region = instance.Region },
            });

            app.Synth();
        }

        private static string Context(App app, string key)
        {
            return app.Node.TryGetContext(key) as string
                ?? throw new ArgumentException($"missing context value: cdk synth --context {key}=<ARN>");
        }
    }
}
