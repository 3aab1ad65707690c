/** Certificates and wallets like those of a database that speaks TLS, made anew for each run. */
import { createPrivateKey } from 'node:crypto';
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PKCS #8 in PEM, not encrypted. */
  readonly key: string;
}

/** What a certificate says; names and addresses are those by which clients may reach its owner. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** From a day ago to this date; for a day from now when left out. */
  readonly validUntil?: Date;
}

export interface Authority extends Certificate {
  issue(subject: Subject): Promise<Certificate>;
}

/** A certificate authority that only its own clients know. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const authority = await make({ commonName }, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  return { ...authority, issue: (subject) => make(subject, leafExtensions(subject), authority) };
}

/**
 * The text of an `ewallet.pem`, as it comes with an Autonomous Database: the client's key, its certificate, and
 * those that it trusts. With a password the key is encrypted.
 * https://node-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html#connecting-with-node-oracledb-thin-mode-using-mtls
 */
export function walletText(client: Certificate, trusted: Certificate, password?: string): string {
  return [keyText(client.key, password), client.cert, trusted.cert].map(withLineEnd).join('');
}

const dayMs = 24 * 60 * 60 * 1_000;

type Options = NonNullable<Parameters<typeof generate>[1]>;
type Extensions = NonNullable<Options['extensions']>;

async function make(
  { commonName, organization, validUntil = daysFromNow(1) }: Subject,
  extensions: Extensions,
  issuer?: Certificate,
): Promise<Certificate> {
  const attributes = [
    { name: 'commonName', value: commonName },
    ...(organization === undefined ? [] : [{ name: 'organizationName', value: organization }]),
  ];
  const made = await generate(attributes, {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Math.min(Date.now(), validUntil.getTime()) - dayMs),
    notAfterDate: validUntil,
    extensions,
    ...(issuer && { ca: issuer }),
  });
  return { cert: made.cert, key: made.private };
}

function leafExtensions({ names = [], addresses = [] }: Subject): Extensions {
  const altNames = [
    ...names.map((value) => ({ type: 2 as const, value })),
    ...addresses.map((ip) => ({ type: 7 as const, ip })),
  ];
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName' as const, altNames }] : []),
  ];
}

function keyText(key: string, passphrase: string | undefined): string {
  if (passphrase === undefined) return key;
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return String(createPrivateKey(key).export(options));
}

function withLineEnd(text: string): string {
  return `${text.trimEnd()}\n`;
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}
