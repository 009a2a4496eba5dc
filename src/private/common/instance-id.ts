import { Fn } from 'aws-cdk-lib';
import { DATA_TYPES } from './data-types';
import type { Streams } from './streams';

/** The id of the Amazon Connect instance: the last part of its ARN. An ARN that is a single token is split at deployment. */
export function instanceIdOf(streams: Streams): string {
  const [{ instanceArn }] = DATA_TYPES.flatMap(({ prop }) => streams[`${prop}Association`] ?? []);
  const lastSlash = instanceArn.lastIndexOf('/');
  return lastSlash === -1 ? Fn.select(1, Fn.split('/', instanceArn)) : instanceArn.slice(lastSlash + 1);
}
