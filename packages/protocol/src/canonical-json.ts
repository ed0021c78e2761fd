/**
 * One text for one value, whatever the order in which its keys were written: keys sorted by UTF-16 code units, no
 * white space (the rules of RFC 8785 that matter for values that came out of a JSON parser). Recurses: the value must
 * not be nested deeper than what the decoder lets through.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) {
    return JSON.stringify(value) ?? 'null';
  }
  let members = '';
  if (Array.isArray(value)) {
    for (const item of value) members += `${members === '' ? '' : ','}${canonicalJson(item)}`;
    return `[${members}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const member = canonicalJson((value as Record<string, unknown>)[key]);
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${member}`;
  }
  return `{${members}}`;
}
