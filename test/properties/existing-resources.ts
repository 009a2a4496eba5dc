/**
 * The resources that exist before a random app is deployed.
 */
import { INSTANCES, OTHER_REGION, type RandomApp, STACKS } from './random-spec';
import { SimulatedAccount } from '../../src/check/simulation/simulated-account';
import { ACCOUNT, REGION } from '../support';

const REGIONS = [REGION, OTHER_REGION];

/** An instance and its replica in another Region have the same id. */
export function instanceArn(number: number | string, region = REGION): string {
  return `arn:aws:connect:${region}:${ACCOUNT}:instance/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

export function roleArn(number: number | string, region = REGION): string {
  return `arn:aws:iam::${ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${number}_${region}`;
}

export const OTHER_ACCOUNT = '999988887777';
export const EXISTING_KEYS = ['by ARN', 'by parameter', 'in another account'];

export function keyArn(number: number, region: string, source = 'by ARN'): string {
  const account = source === 'in another account' ? OTHER_ACCOUNT : ACCOUNT;
  return `arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-00000000000${number}`;
}

export function streamArn(key: number, region: string): string {
  return `arn:aws:kinesis:${region}:${ACCOUNT}:stream/existing-${key}`;
}

/** A name for a value that is different in each Region. */
export function nameIn(region: string, name: string): string {
  return `${name}In${REGIONS.indexOf(region)}`;
}

/** Instances that are specified by a parameter. They differ from those specified by ARN, because an app cannot determine that two are the same. */
const PARAMETER_INSTANCES = Array.from({ length: STACKS * INSTANCES }, (_, number) => `f${Math.floor(number / INSTANCES)}f${number % INSTANCES}`);

/** Instances that are specified by a lazy value, which an app cannot compare with others either. */
export const LAZY_INSTANCES = Array.from({ length: INSTANCES }, (_, index) => `e0e${index}`);

/** Instances that are specified by a value that another app exports. It can be another instance in each stack. */
const IMPORTED_INSTANCES = Array.from({ length: STACKS * INSTANCES }, (_, number) => `d${Math.floor(number / INSTANCES)}d${number % INSTANCES}`);

/** The prefix of the numbers of instances that only the second version uses. */
export const CHANGED_INSTANCE = 'c0c0';

/** The values of the CloudFormation parameters of a random app, and the values that other apps export. */
export function parametersOf({ stacks, instances, secondVersion: { changedInstance } }: RandomApp, isSecondVersion: boolean): Record<string, string> {
  const changedIndex = changedInstance !== undefined && isSecondVersion ? changedInstance % instances.length : -1;
  const { stack, number } = instances[changedIndex] ?? { stack: -1, number: -1 };
  const instance = (isChanged: boolean, name: string, region: string) => instanceArn(isChanged ? `${CHANGED_INSTANCE}${name}` : name, region);
  return Object.fromEntries(REGIONS.flatMap((region) => [
    ...IMPORTED_INSTANCES.map((name) => [nameIn(region, `Exported-${name}`), instance(name.endsWith(`d${changedIndex}`), name, region)]),
    ...PARAMETER_INSTANCES.map((name) => [
      nameIn(region, `InstanceArn${name}`), instance(name === `f${stack % stacks.length}f${number}`, name, region),
    ]),
    ...Array.from({ length: INSTANCES }, (_, key) => [nameIn(region, `KeyArn${key}`), keyArn(key, region)]),
  ]));
}

/** The account before a random app is deployed. */
export function accountFor({ keys }: RandomApp): SimulatedAccount {
  const account = new SimulatedAccount();
  const literal = Array.from({ length: INSTANCES }, (_, number) => String(number));
  const numbers = [...literal, ...PARAMETER_INSTANCES, ...LAZY_INSTANCES, ...IMPORTED_INSTANCES];
  for (const region of REGIONS) {
    account.addStream(streamArn(9, region));
    for (const number of numbers.flatMap((existing) => [existing, `${CHANGED_INSTANCE}${existing}`])) {
      account.addInstance(instanceArn(number, region), roleArn(number, region));
    }
    keys.forEach(({ source }, number) => {
      const key = keyArn(number, region, source);
      if (EXISTING_KEYS.includes(source)) account.addKey(key, ACCOUNT).addStream(streamArn(number, region), key);
    });
  }
  return account;
}
