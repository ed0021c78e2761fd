/**
 * What a terminal, or a reader's eye, could take for something else than text: control characters (C0, DEL, C1), line and
 * paragraph separators, and the characters that turn the direction of what follows.
 */
const DECEPTIVE = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
const IN_A_LINE = new RegExp(`[${DECEPTIVE}]`, 'g');
const IN_A_BLOCK = new RegExp(`(?!\\n)[${DECEPTIVE}]`, 'g');

/** Text of unknown origin as it may stand in a line on a terminal: nothing in it moves the cursor or ends the line. */
export const oneLine = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(IN_A_LINE, '\ufffd').trim();

/** The same for a text of several lines. */
export const printable = (text: string): string =>
  text.replaceAll('\r\n', '\n').replaceAll('\t', '  ').replaceAll(IN_A_BLOCK, '\ufffd');

/**
 * JSON that is safe to look at as well: what JSON itself leaves as it is, and a terminal would obey, is escaped. A parser
 * reads the same value.
 */
export const jsonText = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replaceAll(
    IN_A_BLOCK,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export const clip = (text: string, lengthMax: number): string =>
  text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
