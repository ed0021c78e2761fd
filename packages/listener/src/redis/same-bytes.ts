/**
 * Whether what is expected, and not empty, stands in these bytes from `from` to before `to`. Byte by byte: a call out of
 * JavaScript would take longer than these few, several times an event.
 */
export function sameBytes(expected: Buffer, bytes: Buffer, from = 0, to = bytes.length): boolean {
  if (expected.length !== to - from || to === from) return false;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== bytes[from + i]) return false;
  return true;
}
