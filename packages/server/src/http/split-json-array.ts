const [QUOTE, BACKSLASH, COMMA, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\,[]{}');
const SPACE = new Set(Buffer.from(' \t\r\n'));

/**
 * The elements of a JSON array, each in the bytes that it was sent in: parsing them together would round their numbers.
 * @param json valid JSON
 * @returns null where it is no array
 */
export function splitJsonArray(json: Buffer): readonly Buffer[] | null {
  let at = 0;
  while (SPACE.has(json[at] ?? 0)) at++;
  if (json[at] !== OPEN_ARRAY) return null;
  const elements: Buffer[] = [];
  let begin = at + 1;
  let depth = 0;
  let isText = false;
  for (at = begin; at < json.length; at++) {
    const byte = json[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (depth > 0 && (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT)) depth--;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) {
      const element = withoutSpace(json.subarray(begin, at));
      if (byte === COMMA || element.length > 0) elements.push(element);
      if (byte === CLOSE_ARRAY) break;
      begin = at + 1;
    }
  }
  return elements;
}

function withoutSpace(bytes: Buffer): Buffer {
  let [from, to] = [0, bytes.length];
  while (from < to && SPACE.has(bytes[from] ?? 0)) from++;
  while (to > from && SPACE.has(bytes[to - 1] ?? 0)) to--;
  return bytes.subarray(from, to);
}
