package com.example.contactcenter;

import software.amazon.awscdk.App;
import software.amazon.awscdk.Arn;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.StackProps;

public final class ContactCenterApp {

    private ContactCenterApp() {}

    public static void main(final String[] args) {
        final App app = new App();
        final String instanceArn = context(app, "instanceArn");
        final ArnComponents instance = Arn.split(instanceArn, ArnFormat.SLASH_RESOURCE_NAME);

        final ContactCenterData.Sources sources = new ContactCenterData.Sources(
            instanceArn,
            context(app, "agentEventsStreamArn"),
            context(app, "agentEventsKeyArn")
        );
        final Environment env = Environment.builder()
            .account(instance.getAccount())
            .region(instance.getRegion())
            .build();
        new ContactCenterData(app, "ContactCenterData", sources, StackProps.builder().env(env).build());

        app.synth();
    }

    private static String context(final App app, final String key) {
        if (app.getNode().tryGetContext(key) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("missing context value: cdk synth --context " + key + "=<ARN>");
    }
}
