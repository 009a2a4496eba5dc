import { ExpectedResult, type IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, aws_connect as connect } from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';

/** Creates an app whose snapshot contains no stack traces, and therefore no local paths. */
export function newApp(context: Record<string, unknown> = {}): App {
  return new App({ context: { [DISABLE_CREATION_STACK_TRACES]: true, ...context } });
}

/** Creates an instance for the test. */
export function newInstance(scope: Construct, id: string, instanceAlias: string): connect.CfnInstance {
  return new connect.CfnInstance(scope, id, {
    identityManagementType: 'CONNECT_MANAGED',
    attributes: { inboundCalls: true, outboundCalls: true },
    instanceAlias,
  });
}

/** Checks after the deployment that the instance sends each data type to the expected type of destination. */
export function expectStorageConfigs(test: IntegTest, instanceArn: string, storageTypes: Record<string, string>): void {
  for (const [resourceType, storageType] of Object.entries(storageTypes)) {
    test.assertions
      .awsApiCall('connect', 'listInstanceStorageConfigs', { InstanceId: instanceArn, ResourceType: resourceType })
      .expect(ExpectedResult.objectLike({ StorageConfigs: [{ StorageType: storageType }] }));
  }
}
