import { readFileSync } from 'fs';
import type { IncomingMessage, ServerResponse } from 'http';
import { join } from 'path';
import { parse } from 'yaml';
import { referencesIn } from '../../src/template/intrinsics';
import type { Template } from '../../src/template/template';
import { LoopbackServer } from '../loopback-server';
import { ACCOUNT } from '../support';

interface ResourceToImport {
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceIdentifier: Record<string, string>;
}

interface ChangeSet {
  readonly name: string;
  readonly type: string;
  readonly template: Template;
  readonly imported: ResourceToImport[];
}

type Answer = { xml: string } | { json: object } | { error: string; code?: string; status?: number };

/**
 * Answers the calls that the AWS CDK CLI makes to look up an instance, import resources and deploy stacks, in the wire format of the
 * services. Change sets are rejected for reasons for which CloudFormation rejects them.
 */
export class CloudFormationServer extends LoopbackServer {
  public static async start(): Promise<CloudFormationServer> {
    return new CloudFormationServer().listen();
  }

  /** The service-linked roles of the existing instances, by instance ARN. */
  public readonly serviceRoles: Record<string, string> = {};
  /** The identifiers of the existing associations, as JSON. */
  public readonly associations = new Set<string>();
  /** The deployed templates, by stack name. */
  public readonly deployed: Record<string, Template> = {};
  public readonly executed: ChangeSet[] = [];
  public readonly calls: string[] = [];
  /** The cloud assembly that the AWS CDK CLI deploys. */
  public assembly = '';
  private readonly changeSets: Record<string, ChangeSet> = {};

  /** The environment variables that redirect the AWS CDK CLI to this server. */
  public get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    };
  }

  protected respond(request: IncomingMessage, body: string, response: ServerResponse): void {
    const target = request.headers['x-amz-target'] as string | undefined;
    const query = new URLSearchParams(body);
    const action = target?.split('.')[1] ?? query.get('Action') ?? `S3 ${request.method}`;
    this.calls.push(action);

    const answer = this.answer(action, target ? JSON.parse(body) as Record<string, string> : Object.fromEntries(query));
    if ('error' in answer) {
      const { error, code = 'ValidationError', status = 400 } = answer;
      response.writeHead(status, { 'content-type': target ? 'application/x-amz-json-1.0' : 'text/xml', 'x-amzn-errortype': code });
      response.end(target
        ? JSON.stringify({ __type: code, message: error })
        : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(error)}</Message></Error></ErrorResponse>`);
    } else if ('json' in answer) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer.json));
    } else {
      const whole = action.startsWith('S3') ? answer.xml : `<${action}Response><${action}Result>${answer.xml}</${action}Result></${action}Response>`;
      response.writeHead(200, { 'content-type': 'text/xml' }).end(whole);
    }
  }

  private answer(action: string, input: Record<string, string>): Answer {
    switch (action) {
      case 'GetResource': return this.getResource(input);
      case 'GetParameter': return { json: { Parameter: { Name: input.Name, Type: 'String', Value: '30' } } };
      case 'GetCallerIdentity': return { xml: `<Arn>arn:aws:iam::${ACCOUNT}:user/me</Arn><UserId>me</UserId><Account>${ACCOUNT}</Account>` };
      case 'AssumeRole': return {
        xml: '<Credentials><AccessKeyId>AKIAROLE</AccessKeyId><SecretAccessKey>role</SecretAccessKey><SessionToken>token</SessionToken>'
          + '<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>'
          + `<AssumedRoleUser><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/cdk/me</Arn><AssumedRoleId>cdk:me</AssumedRoleId></AssumedRoleUser>`,
      };
      case 'DescribeStacks': return this.describeStacks(input.StackName);
      case 'GetTemplate': return { xml: `<TemplateBody>${escaped(JSON.stringify(this.deployed[this.nameOf(input.StackName)] ?? {}))}</TemplateBody>` };
      case 'CreateChangeSet': return this.createChangeSet(input);
      case 'DescribeChangeSet': return this.describeChangeSet(input);
      case 'ExecuteChangeSet': return this.executeChangeSet(input);
      case 'DescribeStackEvents': return { xml: '<StackEvents/>' };
      case 'DescribeStackResources': return { xml: '<StackResources/>' };
      case 'ListStackResources': return { xml: '<StackResourceSummaries/>' };
      case 'DeleteChangeSet': return this.deleteChangeSet(input);
      case 'S3 GET': return { xml: '<ListBucketResult/>' };
      case 'S3 PUT': return { xml: '' };
      default: return { error: `${action} is not supported`, code: 'NotImplemented', status: 501 };
    }
  }

  private getResource({ TypeName, Identifier }: Record<string, string>): Answer {
    const ServiceRole = this.serviceRoles[Identifier];
    if (!ServiceRole) return { error: `Resource of type '${TypeName}' with identifier '${Identifier}' was not found.`, code: 'ResourceNotFoundException' };
    return { json: { TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify({ Arn: Identifier, Id: Identifier.split('/')[1], ServiceRole }) } } };
  }

  private describeStacks(name: string): Answer {
    const stackName = this.nameOf(name);
    const inReview = Object.values(this.changeSets).some((changeSet) => changeSet.name.startsWith(`${stackName}/`));
    if (!this.deployed[stackName] && !inReview) return { error: `Stack with id ${stackName} does not exist` };
    const status = this.deployed[stackName] ? 'IMPORT_COMPLETE' : 'REVIEW_IN_PROGRESS';
    return {
      xml: `<Stacks><member><StackName>${stackName}</StackName><StackId>${stackId(stackName)}</StackId><StackStatus>${status}</StackStatus>`
        + '<CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>',
    };
  }

  private createChangeSet(input: Record<string, string>): Answer {
    const { StackName: stackName, ChangeSetName: name, ChangeSetType: type } = input;
    const text = input.TemplateBody ?? readFileSync(join(this.assembly, `${stackName}.template.json`), 'utf8');
    const changeSet: ChangeSet = { name: `${stackName}/${name}`, type, template: parse(text) as Template, imported: resourcesToImport(input) };
    const reason = this.rejectionReason(stackName, changeSet);
    if (reason) return { error: reason };
    this.changeSets[name] = changeSet;
    return { xml: `<Id>${name}</Id><StackId>${stackId(stackName)}</StackId>` };
  }

  /** The reason for which CloudFormation rejects a change set. */
  private rejectionReason(stackName: string, { type, template: { Resources }, imported }: ChangeSet): string | undefined {
    for (const [id, { Properties, DependsOn = [] }] of Object.entries(Resources)) {
      const unresolved = [referencesIn(Properties).map(({ logicalId }) => logicalId), DependsOn].flat(2)
        .filter((reference) => !reference.startsWith('AWS::') && !(reference in Resources));
      if (unresolved.length > 0) return `Template format error: Unresolved resource dependencies [${unresolved.join(', ')}] in the Resources block of ${id}`;
    }
    if (type !== 'IMPORT') return undefined;

    const before = this.deployed[stackName]?.Resources ?? {};
    for (const [id, resource] of Object.entries(Resources)) {
      const { ResourceType, ResourceIdentifier } = imported.find(({ LogicalResourceId }) => LogicalResourceId === id) ?? {};
      if (id in before && JSON.stringify(before[id]) !== JSON.stringify(resource)) return 'You can\'t modify resources while importing';
      if (id in before) continue;
      if (ResourceType !== resource.Type) return `You have created resources [${id}] that are not imported`;
      if (!resource.DeletionPolicy) return `Resources [${id}] are missing DeletionPolicy attribute`;
      if (!this.associations.has(identifierOf(ResourceIdentifier!))) return `Resource of ${JSON.stringify(ResourceIdentifier)} does not exist`;
    }
    return undefined;
  }

  private describeChangeSet({ ChangeSetName: name, StackName: stack }: Record<string, string>): Answer {
    if (!this.changeSets[name]) return { error: `ChangeSet [${name}] does not exist`, code: 'ChangeSetNotFound', status: 404 };
    const stackName = this.nameOf(stack);
    return {
      xml: `<ChangeSetName>${name}</ChangeSetName><ChangeSetId>${name}</ChangeSetId><StackName>${stackName}</StackName>`
        + `<StackId>${stackId(stackName)}</StackId><Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>`
        + '<Changes><member><Type>Resource</Type><ResourceChange><Action>Import</Action></ResourceChange></member></Changes>',
    };
  }

  private executeChangeSet({ ChangeSetName: name }: Record<string, string>): Answer {
    const changeSet = this.changeSets[name];
    this.deployed[changeSet.name.split('/')[0]] = changeSet.template;
    this.executed.push(changeSet);
    return { xml: '' };
  }

  private deleteChangeSet({ ChangeSetName: name }: Record<string, string>): Answer {
    delete this.changeSets[name];
    return { xml: '' };
  }

  private nameOf(nameOrId: string): string {
    return nameOrId.replace(/^arn:.*:stack\/([^/]+)\/.*/, '$1');
  }
}

/** The identifiers of a resource as JSON, in alphabetical order. */
export function identifierOf(identifiers: Record<string, string>): string {
  return JSON.stringify(Object.entries(identifiers).sort());
}

function stackId(stackName: string): string {
  return `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/${stackName}/1`;
}

function resourcesToImport(input: Record<string, string>): ResourceToImport[] {
  const found: ResourceToImport[] = [];
  for (let index = 1; input[`ResourcesToImport.member.${index}.LogicalResourceId`]; index++) {
    const prefix = `ResourcesToImport.member.${index}.`;
    const ResourceIdentifier: Record<string, string> = {};
    for (let entry = 1; input[`${prefix}ResourceIdentifier.entry.${entry}.key`]; entry++) {
      ResourceIdentifier[input[`${prefix}ResourceIdentifier.entry.${entry}.key`]] = input[`${prefix}ResourceIdentifier.entry.${entry}.value`];
    }
    found.push({ LogicalResourceId: input[`${prefix}LogicalResourceId`], ResourceType: input[`${prefix}ResourceType`], ResourceIdentifier });
  }
  return found;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
