import { App } from 'aws-cdk-lib';
import { ContactCenters } from './contact-centers';

const app = new App();

// Do not move an instance to another stack: Amazon Connect rejects the new association while the old one exists. Group the
// instances by something that never changes. When a stack is full, add new instances to a new stack.
const groups: unknown = app.node.tryGetContext('contactCenters');
for (const [name, instanceArns] of Object.entries(groups as Record<string, string[]>)) {
  const [, , , region, account] = instanceArns[0].split(':');
  new ContactCenters(app, name, { instanceArns, env: { account, region } });
}
