import { TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { seal } from '../../certificate/envelope.ts';
import { decodeText } from '../../certificate/text-encoding.ts';
import { defineTask } from '../../task.ts';

/** So that the result, a third longer, stays well below the largest event. */
const PLAINTEXT_BYTES_MAX = 262_144;

const parameters = Type.Object(
  {
    data: Type.String({ maxLength: 2 * PLAINTEXT_BYTES_MAX }),
    encoding: Type.Enum(['utf8', 'base64'], { default: 'utf8' }),
  },
  { additionalProperties: false },
);

/** Encrypts with the first configured key. What comes out names the key and can be stored anywhere. */
export const encryptCertificateData = defineTask({
  name: 'tasks.web.certificate.encrypt_certificate_data',
  parameters,
  secretParameters: ['data'],
  durationMsMax: 30_000,
  async run({ parameters: { data, encoding }, services: { keyring } }) {
    const plaintext = decodeText('data', data, encoding);
    if (plaintext.length > PLAINTEXT_BYTES_MAX) {
      throw new TaskwireError(
        'parameters_invalid',
        `parameter data: expected at most ${PLAINTEXT_BYTES_MAX} bytes, got ${plaintext.length}`,
      );
    }
    const { keyId, text } = seal(keyring, plaintext);
    return { encrypted: text, key_id: keyId, algorithm: 'AES-256-GCM', plaintext_bytes: plaintext.length };
  },
});
