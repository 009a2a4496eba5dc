import { type CfnRule, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { auditRules } from './private/audit/audit-rules';
import { STREAMING, validateStreamsAreLocal } from './private/common/streams';
import { bindingTo, scopeAndId, validateProps } from './private/common/validation';
import { listOf, optional, RULE_TARGET } from './private/common/value-types';

/**
 * Properties for `DataStreamingAudit`.
 */
export interface DataStreamingAuditProps {
  /**
   * The construct whose keys, streams, delivery stream and instance are audited. It can be in another stack of the same account and
   * Region.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * The targets that each rule sends its events to, such as an SNS topic (`SnsTopic`).
   *
   * @default - no targets; to add a target later, call `addTarget()` on each of the `rules`
   */
  readonly targets?: IRuleTarget[];
}

/**
 * Amazon EventBridge rules for the AWS CloudTrail events of changes that can lose records, and of denied access to a KMS key. Each
 * rule matches events of the resources of a `ConnectDataStreaming` only: of its keys, streams, delivery stream and instance.
 *
 * The rules need a CloudTrail trail in the account that logs management events, including read events and AWS KMS events. A
 * deployment that changes these resources also triggers the rules.
 *
 * If the service-linked role of the instance is not known, the rule on denied access adds a lookup at deployment to the stack of
 * `streaming`.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class DataStreamingAudit extends Construct {
  private readonly allRules: Rule[];

  /**
   * @throws if `streaming` is not a `ConnectDataStreaming` in the account and Region of the stack, or a target is not one of
   * EventBridge
   */
  constructor(scope: Construct, id: string, props: DataStreamingAuditProps) {
    super(...scopeAndId('DataStreamingAudit', scope, id));
    validateProps(this, props, { streaming: STREAMING, targets: optional(listOf(RULE_TARGET)) });
    validateStreamsAreLocal(this, props.streaming);
    const targets = props.targets?.map((target, index) => bindingTo(this, `targets[${index}]`, target, RULE_TARGET, /^arn$/));
    this.allRules = auditRules(this, props.streaming).map(({ id: ruleId, description, eventPattern, state }) => {
      const rule = new Rule(this, ruleId, { description, eventPattern, targets });
      if (state) (rule.node.defaultChild as CfnRule).state = state;
      return rule;
    });
  }

  /**
   * The rules that this construct created.
   */
  public get rules(): Rule[] {
    return [...this.allRules];
  }
}
