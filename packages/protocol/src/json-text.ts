/**
 * What can be found out about JSON text before it is parsed. Everything here goes through the text once, by hand: a
 * pattern that matches a whole string tries again at every quote when the last one is not closed, which takes minutes
 * for a megabyte.
 */

/** No repetition, so that no input makes it slow. */
const QUOTE_OR_NON_FINITE = /"|-?Infinity|NaN/g;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether more brackets are open somewhere than `depthMax`. The text need not be JSON. */
export function textNestedDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at) - 1;
        break;
      case '[':
      case '{':
        depth += 1;
        if (depth > depthMax) return true;
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
    }
  }
  return false;
}

/**
 * Puts null in the place of each NaN and Infinity outside of strings. What is left is JSON only if those words stood
 * where a value may stand.
 */
export function withoutNonFinite(text: string): string {
  let finite = '';
  let copiedTo = 0;
  QUOTE_OR_NON_FINITE.lastIndex = 0;
  for (let match = QUOTE_OR_NON_FINITE.exec(text); match !== null; match = QUOTE_OR_NON_FINITE.exec(text)) {
    if (match[0] === '"') {
      QUOTE_OR_NON_FINITE.lastIndex = endOfString(text, match.index);
    } else {
      finite += `${text.slice(copiedTo, match.index)}null`;
      copiedTo = match.index + match[0].length;
    }
  }
  return copiedTo === 0 ? text : finite + text.slice(copiedTo);
}

/** Where the string that opens at `start` ends: after its closing quote, or at the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}
