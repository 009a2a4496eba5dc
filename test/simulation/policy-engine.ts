import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { AccessRequest, PolicyDocument } from '../../src/check/simulation/access';

export type { PolicyDocument };

const answers = new Map<string, boolean>();

/** Whether the policies allow the request. */
export async function isAllowed(request: AccessRequest): Promise<boolean> {
  const question = JSON.stringify(request);
  const known = answers.get(question);
  if (known !== undefined) return known;

  const result = await runSimulation({
    identityPolicies: (request.identityPolicies ?? []).map((policy, index) => ({ name: `policy${index}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: request.resourcePolicy,
    request: {
      action: request.action,
      principal: request.principal,
      resource: { resource: request.resource, accountId: request.resource.split(':')[4] || request.principal.split(':')[4] },
      contextVariables: request.context ?? {},
    },
  }, {});
  if (result.resultType === 'error') throw new Error(`the policy engine cannot evaluate ${question}: ${JSON.stringify(result)}`);
  const answer = result.overallResult === 'Allowed';
  answers.set(question, answer);
  return answer;
}
