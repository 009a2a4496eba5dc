/**
 * Whether policies allow a request: decisions that the templates contain, compared with the IAM policy engine, and unknown ones.
 */
import * as fc from 'fast-check';
import * as policyEngine from './simulation/policy-engine';
import { ACCOUNT, KEY_ARN, ROLE_ARN, STREAM_ARN } from './support';
import { isAllowed, type PolicyDocument } from '../src/check/simulation/access';
import { unknown } from '../src/check/simulation/unknown-values';

const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const OTHER_ROLE = `${ROLE_ARN}-other`;
const CONTEXT = { 'kms:ViaService': 'kinesis.us-east-1.amazonaws.com', 'kms:CallerAccount': ACCOUNT, 'aws:SecureTransport': 'true' };

const oneOrMore = (...values: string[]) => (
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })));
const action = oneOrMore('kms:GenerateDataKey', 'kms:generateDataKey', 'kms:GenerateDataKey*', 'kms:*', 'kms:Decrypt', 'kms:GenerateDataKe?', '*');
const actions = fc.oneof(fc.record({ Action: action }), fc.record({ NotAction: action }));
const resource = oneOrMore('*', KEY_ARN, 'arn:aws:kms:us-east-1:*:key/*', `${KEY_ARN}x`);
const resources = fc.oneof(fc.record({ Resource: resource }), fc.record({ NotResource: resource }));
const values = oneOrMore('kinesis.us-east-1.amazonaws.com', 'kinesis.*.amazonaws.com', 's3.us-east-1.amazonaws.com', ACCOUNT, STREAM_ARN, 'true', 'KINESIS.us-east-1.amazonaws.com');
const operator = fc.constantFrom(
  'StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIfExists', 'StringNotEqualsIfExists', 'StringEqualsIgnoreCase', 'StringLikeIfExists');
const conditionKey = fc.constantFrom('kms:ViaService', 'kms:viaService', 'kms:CallerAccount', 'aws:SourceArn');
const condition = fc.oneof(
  fc.constant({}),
  fc.tuple(operator, conditionKey, values).map(([name, key, value]) => ({ Condition: { [name]: { [key]: value } } })),
  fc.tuple(conditionKey, fc.constantFrom('true', 'false')).map(([key, value]) => ({ Condition: { Null: { [key]: value } } })),
);
const effect = fc.record({ Effect: fc.constantFrom('Allow', 'Allow', 'Deny') });
const principal = fc.record({
  Principal: fc.oneof(fc.constant('*'), oneOrMore('*', ROLE_ARN, OTHER_ROLE, ROOT, ACCOUNT).map((AWS) => ({ AWS })), fc.constant({ Service: 'connect.amazonaws.com' })),
});

const merged = (parts: Array<fc.Arbitrary<object>>) => fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);
const policyOf = (...parts: Array<fc.Arbitrary<object>>): fc.Arbitrary<PolicyDocument> => fc.array(merged(parts), { minLength: 1, maxLength: 3 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }));
const identityPolicy = policyOf(effect, actions, resources, condition);
const keyPolicy = policyOf(effect, principal, actions, fc.constant({ Resource: '*' }), condition);

const REQUEST = { principal: ROLE_ARN, action: 'kms:GenerateDataKey', resource: KEY_ARN, context: CONTEXT };

test('the decisions are those of the policy engine', async () => {
  await fc.assert(fc.asyncProperty(fc.array(identityPolicy, { maxLength: 2 }), keyPolicy, async (identityPolicies, resourcePolicy) => {
    const request = { ...REQUEST, identityPolicies, resourcePolicy };
    expect(isAllowed(request)).toBe(await policyEngine.isAllowed(request));
  }), { numRuns: 500 });
}, 60_000);

const ALLOW = { Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' };
const decisionFor = (...Statement: object[]) => isAllowed({ ...REQUEST, resourcePolicy: { Statement } });

test.each<[string, boolean | undefined, object[]]>([
  ['a principal is unknown', undefined, [{ ...ALLOW, Principal: { AWS: unknown('parameter Role of Stack') } }]],
  ['an account is unknown, because an account is no role', false, [{ ...ALLOW, Principal: { AWS: `arn:aws:iam::${unknown('AWS account')}:root` } }]],
  ['an account is unknown and named by its id', false, [{ ...ALLOW, Principal: { AWS: unknown('AWS account') } }]],
  ['another role of an unknown account is named, because it has another name', false, [{ ...ALLOW, Principal: { AWS: `arn:aws:iam::${unknown('AWS account')}:role/app` } }]],
  ['an action is unknown', undefined, [{ ...ALLOW, Action: unknown('parameter Action of Stack') }]],
  ['a statement is under an unknown condition', undefined, [unknown('condition IsProduction of Stack') as unknown as object]],
  ['a statement denies access under an unknown condition', undefined, [ALLOW, unknown('condition IsProduction of Stack') as unknown as object]],
  ['a statement denies access to an unknown principal', undefined, [ALLOW, { ...ALLOW, Effect: 'Deny', Principal: { AWS: unknown('parameter Role of Stack') } }]],
  ['a denial is certain, whatever else is unknown', false, [{ ...ALLOW, Principal: { AWS: unknown('parameter Role of Stack') } }, { ...ALLOW, Effect: 'Deny', Principal: '*' }]],
  ['the operator of a condition is not evaluated', undefined, [{ ...ALLOW, Condition: { NumericLessThan: { 'kms:ViaService': '1' } } }]],
  ['a denial excludes principals', undefined, [ALLOW, { Effect: 'Deny', NotPrincipal: { AWS: ROOT }, Action: '*', Resource: '*' }]],
])('decides a request if %s', (_, expected, statements) => {
  expect(decisionFor(...statements)).toBe(expected);
});

test('a request without context meets no condition', () => {
  const { context: _, ...request } = REQUEST;
  const decide = (statement: object) => isAllowed({ ...request, resourcePolicy: { Statement: [statement] } });
  expect([decide(ALLOW), decide({ ...ALLOW, Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT } } })]).toEqual([true, false]);
});

test('a denial for an account is uncertain if the account of the principal is unknown', () => {
  const statements = [{ ...ALLOW, Principal: '*' }, { ...ALLOW, Effect: 'Deny', Principal: { AWS: ROOT } }];
  expect(isAllowed({ ...REQUEST, principal: unknown('service-linked role of an instance'), resourcePolicy: { Statement: statements } })).toBeUndefined();
});
