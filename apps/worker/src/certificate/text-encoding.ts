import { TaskwireError } from '@taskwire/protocol';

/** How bytes are written in JSON. */
export type TextEncoding = 'utf8' | 'base64';

/** @throws TaskwireError `parameters_invalid` for what is not of the encoding; the text is not repeated */
export function decodeText(parameter: string, text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf8') {
    if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  } else if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    return Buffer.from(text, 'base64');
  }
  throw new TaskwireError(
    'parameters_invalid',
    `parameter ${parameter}: expected ${encoding === 'utf8' ? 'text without lone surrogates' : 'base64'}, got a value that is not shown`,
  );
}

/**
 * As text where the bytes are UTF-8 without NUL (which PostgreSQL's JSON refuses), else as base64; also where they are
 * full of control characters, whose escapes in JSON would take six times their room.
 */
export function encodeText(bytes: Uint8Array): { readonly text: string; readonly encoding: TextEncoding } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0') && JSON.stringify(text).length <= 2 * bytes.length + 2)
      return { text, encoding: 'utf8' };
  } catch {
    // Not UTF-8: falls through.
  }
  return { text: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
}
