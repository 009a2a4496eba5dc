import { Annotations, ContextProvider as Context, Stack, Token } from 'aws-cdk-lib';
import { ContextProvider } from 'aws-cdk-lib/cloud-assembly-schema';
import type { Construct } from 'constructs';
import { INSTANCE_ARN, requireLocal, ROLE_ARN } from './arn';

interface FoundInstance {
  readonly Arn: string;
  readonly ServiceRole: string;
}

/**
 * The role of an existing instance, by the CDK's context provider for Cloud Control. Until the CDK CLI has looked it up,
 * this is a placeholder, in a stack that can't be deployed.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-connect-instance.html
 */
export function lookUpServiceRole(scope: Construct, id: string, instanceArn: string): string {
  const path = `${scope.node.path}/${id}`;
  requireLookup(scope, path, instanceArn);

  const query = {
    provider: ContextProvider.CC_API_PROVIDER,
    props: { typeName: 'AWS::Connect::Instance', exactIdentifier: instanceArn, propertiesToReturn: ['Arn', 'ServiceRole'] },
  };
  const dummyValue = [placeholder(instanceArn)];
  const value: unknown = Context.getValue(scope, { ...query, dummyValue }).value;
  if (value === dummyValue) {
    Annotations.of(scope).addError(`${path}: ${instanceArn} is not looked up yet, its role is a placeholder; synthesise with the CDK CLI and `
      + 'credentials that may look it up, and keep cdk.context.json');
  }

  const found = Array.isArray(value) ? value[0] as unknown : undefined;
  if (!isInstance(found, instanceArn)) {
    throw new Error(`${path}: the context holds ${JSON.stringify(value)} for ${instanceArn}, not its Arn and ServiceRole; forget that with `
      + `\`cdk context --reset '${Context.getKey(scope, query).key}'\` and synthesise again`);
  }
  return found.ServiceRole;
}

function requireLookup(scope: Construct, path: string, instanceArn: string): void {
  if (Token.isUnresolved(instanceArn)) {
    throw new Error(`${path}: the ARN of an instance to look up must be known at synthesis, but this one is a token; pass it as text, or use `
      + 'ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  }
  const { account, region } = Stack.of(scope);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    throw new Error(`${path}: ${instanceArn} can't be looked up, since the stack has no account and Region; give the stack an env, or use `
      + 'ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  }
  requireLocal(scope, INSTANCE_ARN, instanceArn, { env: { account, region } }, path);
}

function placeholder(instanceArn: string): FoundInstance {
  const [, partition, , , account] = instanceArn.split(':');
  return {
    Arn: instanceArn,
    ServiceRole: `arn:${partition}:iam::${account}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_DUMMY`,
  };
}

function isInstance(value: unknown, instanceArn: string): value is FoundInstance {
  const { Arn, ServiceRole } = Object(value) as Partial<FoundInstance>;
  return Arn === instanceArn && ROLE_ARN.pattern.test(String(ServiceRole));
}
