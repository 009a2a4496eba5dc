const MAX_ARN_CHARACTERS = 128; // of the service-linked role, which is longer than an instance or a key
const MAX_PART_CHARACTERS = 14; // of a partition, an account or a Region

/** The largest number of characters that a value can have in a policy document, whatever its unresolved tokens are. */
export function maxCharacters(value: unknown): number {
  return JSON.stringify(value)
    .replace(/"\$\{Token\[[^\]]*\]\}"/g, `"${'x'.repeat(MAX_ARN_CHARACTERS)}"`)
    .replace(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(MAX_PART_CHARACTERS))
    .length;
}
