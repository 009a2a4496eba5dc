/**
 * A value that the templates do not contain, such as the value of a parameter, is a text between these characters, which no
 * value in AWS contains, or a dynamic reference. Equal texts are equal values. Different texts may be equal values.
 */
const UNKNOWN = /«[^»]*»|\{\{resolve:[^}]*\}\}/g;

export function unknown(description: string): string {
  return `«${description.replaceAll('«', '‹').replaceAll('»', '›')}»`;
}

/** The account and the Region of a stack that can be deployed to any. */
export const ACCOUNT = unknown('AWS account');
export const REGION = unknown('AWS Region');

/** Whether a text is unknown or has an unknown part. A dynamic reference is resolved during the deployment. */
export function isUnknown(value: unknown): boolean {
  return typeof value === 'string' && (value.includes('«') || value.includes('{{resolve:'));
}

/** The service-linked role of an instance that the templates do not define. */
export function serviceRoleOf(instanceArn: string): string {
  return unknown(`service-linked role of ${instanceArn}`);
}

/** Whether two values are equal, or undefined if that cannot be determined. */
export function isEqual(one: string, other: string): boolean | undefined {
  if (one === other) return true;
  if (!isUnknown(one) && !isUnknown(other)) return false;
  // Each instance has a role of its own.
  const [instance, otherInstance] = [one, other].map((text) => /^«service-linked role of ([^‹]+)»$/.exec(text)?.[1]);
  if (instance && otherInstance) return false;
  return mayMatch(one, other) || mayMatch(other, one) ? undefined : false;
}

/** Splits a text, but no unknown part of it. */
export function splitText(text: string, delimiter: string): string[] {
  if (!isUnknown(text)) return text.split(delimiter);
  const parts: string[] = [];
  const masked = text.replace(UNKNOWN, (part) => `\uE000${parts.push(part) - 1}\uE001`);
  return masked.split(delimiter).map((piece) => piece.replace(/\uE000(\d+)\uE001/g, (_, index: string) => parts[Number(index)]));
}

/** A value for messages: the description of an unknown value, or the value itself. */
export function described(value: unknown): string {
  return String(value).replace(/[«‹]/g, '<').replace(/[»›]/g, '>');
}

function mayMatch(pattern: string, text: string): boolean {
  const known = pattern.split(UNKNOWN).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${known.join('.*')}$`, 's').test(text);
}
