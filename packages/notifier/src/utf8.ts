/** So many bytes of UTF-8 a UTF-16 code unit takes at most. */
export const UNIT_BYTES_MAX = 3;
