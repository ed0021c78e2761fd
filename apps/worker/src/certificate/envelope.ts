import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { TaskwireError } from '@taskwire/protocol';
import type { Keyring } from './keyring.ts';

/**
 * Encrypted data as one text: `twc1.<key id>.<nonce>.<ciphertext>.<tag>`, the last three in base64url without padding.
 * AES-256-GCM; "twc1.<key id>" is authenticated with it, so that neither format nor key id can be exchanged.
 */
const FORMAT = 'twc1';
const CIPHER = 'aes-256-gcm';
/** 96 bits, the size for which GCM is defined without hashing; random, which is safe up to 2^32 uses of one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Envelope {
  readonly keyId: string;
  readonly text: string;
}

/** @throws TaskwireError `certificate_key_unknown` where no key is configured */
export function seal(keyring: Keyring, plaintext: Uint8Array): Envelope {
  const { first } = keyring;
  if (first === undefined) {
    throw new TaskwireError(
      'certificate_key_unknown',
      'no key is configured; set TASKWIRE_CERTIFICATE_KEYS (id:base64 of 32 random bytes) or TASKWIRE_CERTIFICATE_KEYS_FILE on the worker',
    );
  }
  const header = `${FORMAT}.${first.id}`;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, first.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(header));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const parts = [nonce, ciphertext, cipher.getAuthTag()].map((bytes) => bytes.toString('base64url'));
  return { keyId: first.id, text: [header, ...parts].join('.') };
}

/**
 * @throws TaskwireError `certificate_key_unknown` naming the key id, `ciphertext_tampered` for anything that is not
 * exactly what {@link seal} made with that key
 */
export function open(keyring: Keyring, text: string): { readonly keyId: string; readonly plaintext: Buffer } {
  const [format, keyId = '', nonceText = '', ciphertextText = '', tagText = '', ...rest] = text.split('.');
  const nonce = strictBase64url(nonceText);
  const ciphertext = strictBase64url(ciphertextText);
  const tag = strictBase64url(tagText);
  if (
    format !== FORMAT ||
    !/^[A-Za-z0-9_-]{1,64}$/.test(keyId) ||
    rest.length > 0 ||
    nonce?.length !== NONCE_BYTES ||
    ciphertext === undefined ||
    tag?.length !== TAG_BYTES
  ) {
    throw tampered(`it is not of the form ${FORMAT}.<key id>.<nonce>.<ciphertext>.<tag>`);
  }
  const key = keyring.find(keyId);
  if (key === undefined) {
    throw new TaskwireError(
      'certificate_key_unknown',
      `the data was encrypted with key ${keyId}, which this worker does not have; add it to TASKWIRE_CERTIFICATE_KEYS`,
    );
  }
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`${FORMAT}.${keyId}`));
  decipher.setAuthTag(tag);
  try {
    return { keyId, plaintext: Buffer.concat([decipher.update(ciphertext), decipher.final()]) };
  } catch {
    throw tampered(`its authentication tag does not fit (key ${keyId})`);
  }
}

const tampered = (reason: string) =>
  new TaskwireError('ciphertext_tampered', `the encrypted data was changed, cut or is not ours: ${reason}`);

/** Buffer.from skips what it does not know and ignores spare bits; then two texts would be one envelope. */
function strictBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
