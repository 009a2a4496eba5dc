import { ContextProvider as Context, Stack, Token } from 'aws-cdk-lib';
import { ContextProvider } from 'aws-cdk-lib/cloud-assembly-schema';
import type { Construct } from 'constructs';
import { INSTANCE_ARN, ROLE_ARN, validateLocalArn } from '../common/arn';
import { pathIn } from '../common/construct-tree';
import { addError, errorAt } from '../common/errors';

interface FoundInstance {
  readonly Arn: string;
  readonly ServiceRole: string;
}

/**
 * Returns the ARN of the service-linked role of an existing instance, from the context of the app. Until the CDK CLI has looked
 * it up with Cloud Control API, this is a placeholder, and the stack has an error that prevents its deployment.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-connect-instance.html
 */
export function lookUpServiceRole(scope: Construct, id: string, instanceArn: string): string {
  const path = pathIn(scope, id);
  validateLookup(scope, path, instanceArn);

  const query = {
    provider: ContextProvider.CC_API_PROVIDER,
    props: { typeName: 'AWS::Connect::Instance', exactIdentifier: instanceArn, propertiesToReturn: ['Arn', 'ServiceRole'] },
  };
  const dummyValue = [placeholder(instanceArn)];
  const value: unknown = Context.getValue(scope, { ...query, dummyValue }).value;
  if (value === dummyValue) {
    addError(scope, 'lookupPlaceholder', errorAt(path, `the service-linked role of ${instanceArn} must be looked up before deployment, got a placeholder`,
      'synthesize with the CDK CLI and credentials that allow the lookup, and commit cdk.context.json'));
  }

  const found = Array.isArray(value) ? value[0] as unknown : undefined;
  if (!isFoundInstance(found, instanceArn)) {
    throw errorAt(path, `the context must contain the Arn and ServiceRole of ${instanceArn}, got ${JSON.stringify(value)}`,
      `remove the value with \`cdk context --reset '${Context.getKey(scope, query).key}'\` and synthesize again`);
  }
  return found.ServiceRole;
}

function validateLookup(scope: Construct, path: string, instanceArn: string): void {
  if (Token.isUnresolved(instanceArn)) {
    throw errorAt(path, 'instanceArn must be known at synthesis time to look the instance up, got an unresolved token',
      'specify a literal ARN, or use ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  }
  const { account, region } = Stack.of(scope);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    throw errorAt(path, `cannot look up ${instanceArn} at synthesis time, because the account and Region of the stack are not known`,
      'set the env of the stack, or use ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  }
  validateLocalArn(scope, 'instanceArn', instanceArn, INSTANCE_ARN, { env: { account, region } }, path);
}

function placeholder(instanceArn: string): FoundInstance {
  const [, partition, , , account] = instanceArn.split(':');
  return {
    Arn: instanceArn,
    ServiceRole: `arn:${partition}:iam::${account}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_DUMMY`,
  };
}

function isFoundInstance(value: unknown, instanceArn: string): value is FoundInstance {
  const { Arn, ServiceRole } = Object(value) as Partial<FoundInstance>;
  return Arn === instanceArn && ROLE_ARN.pattern.test(String(ServiceRole));
}
