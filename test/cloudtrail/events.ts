/** CloudTrail events as Amazon EventBridge receives them, with the fields that AWS documents. */
import { ACCOUNT, REGION } from '../support';

export interface CloudTrailEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'detail': Record<string, unknown>;
  readonly [field: string]: unknown;
}

/** Creates the event of an API call of an administrator. */
export function apiCall(service: string, eventName: string, detail: Record<string, unknown>): CloudTrailEvent {
  return {
    'version': '0',
    'id': '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'AWS API Call via CloudTrail',
    'source': `aws.${service}`,
    'account': ACCOUNT,
    'time': '2026-11-25T10:00:00Z',
    'region': REGION,
    'resources': [],
    'detail': {
      eventVersion: '1.11',
      userIdentity: identityOf(`arn:aws:iam::${ACCOUNT}:role/Admin`),
      eventTime: '2026-11-25T10:00:00Z',
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: REGION,
      sourceIPAddress: '192.0.2.1',
      userAgent: 'aws-cli/2.31.0',
      requestParameters: null,
      responseElements: null,
      requestID: 'ff000af0-00eb-00ce-0e00-ea000fb0fba0',
      eventID: 'ff000af0-00eb-00ce-0e00-ea000fb0fba1',
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
      ...detail,
    },
  };
}

/** The identity of a caller that has assumed a role. */
export function identityOf(roleArn: string): Record<string, unknown> {
  const userName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return {
    type: 'AssumedRole',
    principalId: 'EXAMPLE:session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${userName}/session`,
    accountId: ACCOUNT,
    sessionContext: { sessionIssuer: { type: 'Role', principalId: 'EXAMPLE', arn: roleArn, accountId: ACCOUNT, userName }, attributes: { mfaAuthenticated: 'false' } },
  };
}

/** The key of an event of AWS KMS. */
export function keyResources(keyArn: string): Array<Record<string, unknown>> {
  return [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: keyArn }];
}
