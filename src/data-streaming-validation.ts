import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import type * as checks from './check/check';
import { validateValue } from './private/common/validation';
import { isObject, type ValueType } from './private/common/value-types';

const CONTEXT: ValueType = {
  description: 'the context of a validation plugin',
  wayOut: 'add the plugin to the app with Validations.of(app).addPlugins()',
  matches: (value) => isObject(value) && 'templatePaths' in value && Array.isArray(value.templatePaths),
};

/**
 * A CDK validation plugin that checks whether the deployment of an app would lose records that Amazon Connect streams.
 *
 * The plugin checks the templates of all stacks, including associations that other libraries or L1 constructs create. A finding of
 * severity `error` or `warning` stops the synthesis. What the templates do not contain, such as the policy of an imported key, is
 * reported with the severity `info`.
 *
 * Acknowledge a rule by the id `cdk-connect-data-streaming::<rule>`.
 *
 * @example
 * Validations.of(app).addPlugins(new DataStreamingValidation());
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 */
export class DataStreamingValidation implements IPolicyValidationPlugin {
  /** The name of the plugin in the validation report. */
  public readonly name = 'cdk-connect-data-streaming';

  /**
   * Checks the templates.
   *
   * @param context the templates of the app
   */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    validateValue('DataStreamingValidation.validate', 'context', context, CONTEXT);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the check is loaded on use
    const { checkTemplates } = require('./check/check') as typeof checks;
    const findings = checkTemplates(context.templatePaths);
    return {
      success: findings.every(({ severity }) => severity === 'info'),
      violations: findings.map(({ rule, severity, message, fix, logicalId, template }) => ({
        ruleName: rule,
        severity,
        description: message,
        fix,
        violatingResources: [{ resourceLogicalId: logicalId, templatePath: template, locations: [] }],
      })),
    };
  }
}
