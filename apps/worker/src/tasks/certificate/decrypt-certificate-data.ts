import Type from 'typebox';
import { open } from '../../certificate/envelope.ts';
import { encodeText } from '../../certificate/text-encoding.ts';
import { defineTask } from '../../task.ts';

/** The largest that encrypt_certificate_data makes, with room to spare. */
const ENCRYPTED_LENGTH_MAX = 400_000;

const parameters = Type.Object(
  { encrypted: Type.String({ minLength: 1, maxLength: ENCRYPTED_LENGTH_MAX }) },
  { additionalProperties: false },
);

/** Decrypts what encrypt_certificate_data made, with whichever configured key it names. */
export const decryptCertificateData = defineTask({
  name: 'tasks.web.certificate.decrypt_certificate_data',
  parameters,
  secretParameters: ['encrypted'],
  durationMsMax: 30_000,
  async run({ parameters: { encrypted }, services: { keyring } }) {
    const { keyId, plaintext } = open(keyring, encrypted);
    const { text, encoding } = encodeText(plaintext);
    return { data: text, encoding, key_id: keyId };
  },
});
