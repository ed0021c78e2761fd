/** Printable ASCII but for quotes and backslashes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Whether it stands in JSON as it is, a byte a character. */
export const isPlain = (text: string): boolean => PLAIN.test(text);

/** The text as JSON has it. */
export const quoted = (text: string): string => (isPlain(text) ? `"${text}"` : JSON.stringify(text));
