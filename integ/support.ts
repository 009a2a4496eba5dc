import { ExpectedResult, type IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, aws_connect as connect } from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';

/** An app whose snapshot holds no stack traces, and so no paths of the machine that wrote it. */
export function newApp(): App {
  return new App({ context: { [DISABLE_CREATION_STACK_TRACES]: true } });
}

/** An instance for the time of the test. */
export function newInstance(scope: Construct, id: string, instanceAlias: string): connect.CfnInstance {
  return new connect.CfnInstance(scope, id, {
    identityManagementType: 'CONNECT_MANAGED',
    attributes: { inboundCalls: true, outboundCalls: true },
    instanceAlias,
  });
}

/** Asks Amazon Connect, after the deployment, where the instance sends each kind of data. */
export function expectStorageConfigs(test: IntegTest, instanceArn: string, storageTypes: Record<string, string>): void {
  for (const [resourceType, storageType] of Object.entries(storageTypes)) {
    test.assertions
      .awsApiCall('connect', 'listInstanceStorageConfigs', { InstanceId: instanceArn, ResourceType: resourceType })
      .expect(ExpectedResult.objectLike({ StorageConfigs: [{ StorageType: storageType }] }));
  }
}
