import { ACCOUNT, isEqual, isUnknown, unknown } from './unknown-values';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly object[];
}

/** An element of a policy statement can be a value or a list of values. */
type OneOrMore<T> = T | T[];
type Patterns = OneOrMore<string>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: string | Record<string, OneOrMore<string>>;
  readonly NotPrincipal?: unknown;
  readonly Action?: OneOrMore<string>;
  readonly NotAction?: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly NotResource?: OneOrMore<string>;
  readonly Condition?: Record<string, Record<string, OneOrMore<string>>>;
}

export interface AccessRequest {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
  readonly identityPolicies?: readonly PolicyDocument[];
  readonly resourcePolicy?: PolicyDocument;
}

/** Undefined means that the templates do not contain enough to decide. */
export type Decision = boolean | undefined;

/** Whether the policies allow a request, as IAM and AWS KMS decide for a principal of the account of the resource. */
export function isAllowed(request: AccessRequest): Decision {
  const { identityPolicies = [], resourcePolicy } = request;
  const ofIdentity = identityPolicies.flatMap(statementsOf);
  const ofResource = resourcePolicy && statementsOf(resourcePolicy);
  const denied = any([
    ...ofIdentity.filter(isDeny).map((statement) => applies(statement, request)),
    ...(ofResource ?? []).filter(isDeny).map((statement) => both(
      any([names(statement, request.principal), names(statement, accountOf(request.principal), true)]), // a denial for an account is one for its principals
      applies(statement, request),
    )),
  ]);
  if (denied) return false;
  if (![...identityPolicies, ...resourcePolicy ? [resourcePolicy] : []].every(isComplete)) return undefined;

  const byIdentity = any(ofIdentity.filter(isAllow).map((statement) => applies(statement, request)));
  const allowed = ofResource ? allowedByResource(ofResource.filter(isAllow), request, byIdentity) : byIdentity;
  return allowed === false ? false : both(allowed, negated(denied));
}

const known = new WeakMap<object, Map<string, Decision>>();

/** Decides only once for a request with the same policies, because the simulation asks after each step. */
export function remembered(policies: object, request: string, decide: () => Decision): Decision {
  const decisions = known.get(policies) ?? new Map<string, Decision>();
  known.set(policies, decisions);
  if (!decisions.has(request)) decisions.set(request, decide());
  return decisions.get(request);
}

/** A resource policy allows a principal, or it allows its account, which decides with the policies of the principal. */
function allowedByResource(statements: Statement[], request: AccessRequest, byIdentity: Decision): Decision {
  return any(statements.map((statement) => {
    const byAccount = byIdentity === false ? false : both(names(statement, accountOf(request.principal), true), byIdentity);
    const named = any([names(statement, request.principal), byAccount]);
    return named === false ? false : both(named, applies(statement, request));
  }));
}

/** The statements of a policy, without those that depend on an unknown condition. */
export function statementsOf({ Statement: statements }: PolicyDocument): Statement[] {
  return listOf(statements).filter((statement) => typeof statement === 'object') as Statement[];
}

/** Whether all statements of a policy are known, and whether they allow or deny. */
export function isComplete(policy: PolicyDocument): boolean {
  return listOf(policy.Statement).every((statement) => typeof statement === 'object' && !isUnknown((statement as Statement).Effect));
}

function isAllow({ Effect }: Statement): boolean {
  return Effect === 'Allow';
}

function isDeny({ Effect }: Statement): boolean {
  return Effect === 'Deny';
}

/** Whether a statement of a resource policy names a principal, or an account as a principal. */
function names({ Principal, NotPrincipal }: Statement, principal: string, isAccount = false): Decision {
  if (NotPrincipal !== undefined) return undefined;
  if (Principal === undefined) return false;
  const principals = principalsOf(Principal);
  if (!isAccount && principals.includes(principal)) return true;
  return any(principals.map((named) => {
    if (named === '*') return !isAccount;
    const account = accountNamedBy(named);
    if (isAccount) return isIdentity(named) ? false : isEqual(account ?? named, principal);
    return account === undefined ? isRoleOf(named, principal) : false;
  }));
}

/** Whether a principal is a role or a user, so not an account. */
function isIdentity(named: string): boolean {
  return named.includes(':role/') || /:(user|assumed-role|federated-user)\//.test(named) || isServiceLinkedRole(named);
}

/** The account that a principal is, if it is one. */
function accountNamedBy(named: string): string | undefined {
  if (isIdentity(named)) return undefined;
  const [, account] = /^(?:arn:[^:]+:iam::(.+):root)$/.exec(named) ?? [];
  return account ?? (/^\d{12}$/.test(named) || named === ACCOUNT ? named : undefined);
}

/** The AWS principals of a statement. Services and federated users are others. */
export function principalsOf(principal: Statement['Principal']): string[] {
  if (principal === undefined) return [];
  return typeof principal === 'string' ? [principal] : listOf(principal.AWS ?? []).map(String); // YAML reads an account id as a number
}

/** A role whose ARN is not known is the role of an instance, so only roles of Amazon Connect in its account can be the same. A principal has no wildcards. */
export function isRoleOf(named: string, principal: string): Decision {
  const equal = isEqual(named, principal);
  if (equal !== undefined) return equal;
  const mayBeRole = (isUnknown(named) || isServiceLinkedRole(named)) && !/^arn:.*\*/.test(named);
  return mayBeRole && isEqual(accountOf(named), accountOf(principal)) !== false ? undefined : false;
}

/** Whether a text is the ARN of a service-linked role of Amazon Connect. */
export function isServiceLinkedRole(arn: string): boolean {
  return /:role\/aws-service-role\/connect\.amazonaws\.com\/|service-linked role of/.test(arn);
}

/** The service-linked roles of Amazon Connect that a policy names. */
export function connectRolesIn(policy: PolicyDocument): string[] {
  return statementsOf(policy).flatMap(({ Principal }) => principalsOf(Principal)).filter(isServiceLinkedRole);
}

function accountOf(principal: string): string {
  return principal.split(':')[4] ?? unknown(`account of ${principal}`);
}

/** Whether a statement applies to the action, the resource and the context of a request. */
function applies(statement: Statement, { action, resource, context = {} }: AccessRequest): Decision {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const ofAction = isIncluded(inLowerCase(Action), inLowerCase(NotAction), action.toLowerCase());
  if (ofAction === false) return false;
  const ofResource = isIncluded(Resource, NotResource, resource);
  if (ofResource === false) return false;
  if (Condition === undefined) return both(ofAction, ofResource);
  if (isUnknown(Condition)) return undefined;
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) => isUnknown(keys) ? undefined : Object.entries(keys)
    .map(([key, values]) => isMet(operator, listOf(values).map(String), valueOf(context, key))));
  return all([ofAction, ofResource, ...conditions]);
}

/** The values of a condition key. The name of tags ends with a slash, for the keys of all tags. */
function valueOf(context: Record<string, string | string[]>, key: string): string[] | undefined {
  const found = Object.keys(context).find((name) => name.toLowerCase() === (name.endsWith('/') ? key.slice(0, name.length) : key).toLowerCase());
  return found === undefined ? undefined : listOf(context[found]);
}

/** The operators of which one value must match. The others are not evaluated. */
const OPERATORS: Record<string, (pattern: string, value: string) => Decision> = {
  StringEquals: isEqual,
  StringEqualsIgnoreCase: (pattern, value) => isEqual(pattern.toLowerCase(), value.toLowerCase()),
  StringLike: (pattern, value) => matches(pattern, value),
  ArnEquals: (pattern, value) => matches(pattern, value),
  ArnLike: (pattern, value) => matches(pattern, value),
  Bool: (pattern, value) => isEqual(pattern.toLowerCase(), value.toLowerCase()),
};

/** Whether a condition is met, for the context values of its key. */
function isMet(operator: string, patterns: string[], values?: string[]): Decision {
  const name = operator.replace(/^For(All|Any)Values?:|IfExists$/g, '');
  if (name === 'Null') return values?.some(isUnknown) ? undefined : (values === undefined) === (patterns[0] === 'true');
  const isForAll = operator.startsWith('ForAllValues:');
  const isNegated = name.includes('Not');
  const compare = OPERATORS[name.replace('Not', '')];
  if (!compare) return undefined;
  if (values === undefined) return operator.endsWith('IfExists') || isNegated || isForAll;

  const results = values.map((value) => {
    const found = any(patterns.map((pattern) => compare(pattern, value)));
    return isNegated ? negated(found) : found;
  });
  return isForAll ? all(results) : any(results);
}

/** Whether a statement includes an action or a resource. A statement without the element has no effect. */
function isIncluded(included: Patterns | undefined, excluded: Patterns | undefined, value: string): Decision {
  if (included !== undefined) return matchesAny(listOf(included), value);
  return excluded !== undefined && negated(matchesAny(listOf(excluded), value));
}

function inLowerCase(actions?: Patterns): Patterns | undefined {
  return actions && listOf(actions).map((action) => action.toLowerCase());
}

function matchesAny(patterns: string[], value: string): Decision {
  return patterns.includes(value) || any(patterns.map((pattern) => matches(pattern, value)));
}

/** Whether a value matches a pattern with the wildcards `*` and `?`. */
function matches(pattern: string, value: string): Decision {
  if (pattern === '*' || pattern === value) return true;
  if (!/[*?«{]/.test(pattern) && !isUnknown(value)) return false;
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  if (new RegExp(`^${expression}$`, 's').test(value)) return true;
  return isUnknown(pattern) || isUnknown(value) ? isEqual(pattern.replace(/[*?]/g, () => unknown('any')), value) : false;
}

/** The elements of a value that can be a list of values. */
export function listOf<T>(value: T | readonly T[]): T[] {
  return Array.isArray(value) ? value as T[] : [value as T];
}

export function any(decisions: Decision[]): Decision {
  if (decisions.includes(true)) return true;
  return decisions.includes(undefined) ? undefined : false;
}

export function all(decisions: Decision[]): Decision {
  if (decisions.includes(false)) return false;
  return decisions.includes(undefined) ? undefined : true;
}

function both(one: Decision, other: Decision): Decision {
  return all([one, other]);
}

export function negated(decision: Decision): Decision {
  return decision === undefined ? undefined : !decision;
}
