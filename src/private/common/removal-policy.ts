import { RemovalPolicy } from 'aws-cdk-lib';

/** Retains a resource with data, but not if its creation is rolled back. See docs/decisions/0014-retain-except-on-create.md. */
export const RETAIN = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
