import { App } from 'aws-cdk-lib';
import { ContactCenters } from './contact-centers';

const app = new App();

// An instance must not move between stacks: Amazon Connect would refuse the new association while the old one is there. So
// they are grouped by what never changes, and a group that grows too large goes on in a stack of its own.
const groups: unknown = app.node.tryGetContext('contactCenters');
for (const [name, instanceArns] of Object.entries(groups as Record<string, string[]>)) {
  const [, , , region, account] = instanceArns[0].split(':');
  new ContactCenters(app, name, { instanceArns, env: { account, region } });
}
