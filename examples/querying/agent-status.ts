import type { AgentEvent } from 'cdk-connect-data-streaming/schemas';

/** Returns the name of the agent's status, if the event contains it. */
export function statusOf({ CurrentAgentSnapshot }: AgentEvent): string | undefined {
  return CurrentAgentSnapshot?.AgentStatus?.Name ?? undefined;
}
