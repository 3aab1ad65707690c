/**
 * Password authentication with the 12c verifier, the server's side of what node-oracledb does in
 * `lib/thin/protocol/encryptDecrypt.js`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const VERIFIER_ROUNDS = 4096;
const KEY_ROUNDS = 3;
const BLOCK = 16;
const KEY_BYTES = 32;
const NO_VECTOR = Buffer.alloc(BLOCK);

/** What a password leaves in the database: the salt and the hash, never the password. */
export interface Verifier {
  salt: Buffer;
  hash: Buffer;
}

/** Makes the verifier that the database would keep; takes some milliseconds. */
export function createVerifier(password: string): Verifier {
  const salt = randomBytes(BLOCK);
  const speedySalt = Buffer.concat([salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]);
  const key = pbkdf2Sync(password, speedySalt, VERIFIER_ROUNDS, 64, 'sha512');
  return { salt, hash: createHash('sha512').update(key).update(salt).digest().subarray(0, 32) };
}

export interface Challenge {
  /** Keys, values and flags of the answer to the first phase. */
  pairs: [key: string, value: string, flags: number][];
  /** The proof that the server knows the verifier too, or undefined when the password is wrong. */
  answer(sessionKey: string, encryptedPassword: string): string | undefined;
}

/**
 * Opens an authentication. Without a verifier (an unknown user) the challenge looks the same and
 * no answer satisfies it, so that a client cannot probe for user names.
 */
export function createChallenge(verifier: Verifier | undefined, password: string): Challenge {
  const { salt, hash } = verifier ?? { salt: randomBytes(BLOCK), hash: randomBytes(KEY_BYTES) };
  const serverKey = randomBytes(KEY_BYTES);
  const mixingSalt = randomBytes(BLOCK);
  return {
    pairs: [
      ['AUTH_SESSKEY', hex(encrypt(hash, serverKey)), 0],
      ['AUTH_VFR_DATA', hex(salt), 0x4815],
      ['AUTH_PBKDF2_CSK_SALT', hex(mixingSalt), 0],
      ['AUTH_PBKDF2_VGEN_COUNT', String(VERIFIER_ROUNDS), 0],
      ['AUTH_PBKDF2_SDER_COUNT', String(KEY_ROUNDS), 0],
    ],
    answer(sessionKey, encryptedPassword) {
      const clientKey = decrypt(hash, Buffer.from(sessionKey, 'hex'));
      const material = hex(Buffer.concat([clientKey.subarray(0, KEY_BYTES), serverKey]));
      const shared = pbkdf2Sync(material, mixingSalt, KEY_ROUNDS, KEY_BYTES, 'sha512');
      const received = decrypt(shared, Buffer.from(encryptedPassword, 'hex'));
      if (!verifier || !holdsPassword(received, password)) return undefined;
      return hex(encrypt(shared, Buffer.concat([randomBytes(BLOCK), SERVER_TO_CLIENT])));
    },
  };
}

const SERVER_TO_CLIENT = Buffer.from('SERVER_TO_CLIENT');

/** The decrypted text is a random block, the password and 1 to 16 bytes of padding. */
function holdsPassword(received: Buffer, password: string): boolean {
  const padding = received.at(-1) ?? 0;
  const sent = received.subarray(BLOCK, Math.max(BLOCK, received.length - padding));
  const expected = Buffer.from(password);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

function encrypt(key: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, NO_VECTOR).setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

function decrypt(key: Buffer, text: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, NO_VECTOR).setAutoPadding(false);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}
