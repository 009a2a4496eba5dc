/** Returns a value of a template as text, if the ARN of the instance is sufficient to resolve it. */
export function textOf(value: unknown, instanceArn: string): string | undefined {
  if (typeof value === 'string') return value;

  const { Ref: ref, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join) {
    const [delimiter, parts] = join;
    const texts = parts.map((part) => textOf(part, instanceArn));
    return texts.includes(undefined) ? undefined : texts.join(delimiter);
  }
  const [, partition, , region, account] = instanceArn.split(':');
  switch (ref) {
    case 'AWS::Partition': return partition;
    case 'AWS::Region': return region;
    case 'AWS::AccountId': return account;
    default: return undefined;
  }
}
