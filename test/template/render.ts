import { intrinsicOf, partsOfSub, type Reference, referenceOf } from '../../src/template/intrinsics';

/** Renders a value of a template as a string. The callback renders each intrinsic function other than `Fn::Join` and `Fn::Sub`. */
export function renderString(value: unknown, renderIntrinsic: (intrinsic: object, reference?: Reference) => string): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const render = (part: unknown): string => renderString(part, renderIntrinsic);
  const { name, argument } = intrinsicOf(value) ?? {};
  if (name === 'Fn::Sub') return partsOfSub(argument).map(render).join('');
  if (name === 'Fn::Join') {
    const [delimiter, parts] = argument as [string, unknown];
    if (Array.isArray(parts)) return parts.map(render).join(delimiter);
  }
  return renderIntrinsic(value, referenceOf(value));
}

/** An intrinsic function as text that needs no escaping inside a JSON string. */
export function singleQuoted(intrinsic: object): string {
  return JSON.stringify(intrinsic).replaceAll('"', '\'');
}
