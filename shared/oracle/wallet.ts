import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OracleConfig } from '../oracle-config.ts';

type WalletSettings = Pick<
  OracleConfig,
  'wallet_location' | 'wallet_content' | 'wallet_password' | 'driver' | 'client_lib_dir'
>;

/**
 * Why the driver's Thin mode cannot use the configured wallet, as a sentence that repeats nothing of its content, or
 * undefined. The driver and OpenSSL say no more than `bad decrypt`, and databases close the connection in silence.
 */
export async function findWalletFault(settings: WalletSettings): Promise<string | undefined> {
  const { text, fault } = await readWallet(settings);
  if (text === undefined) return fault;
  if (!/-BEGIN [A-Z ]*PRIVATE KEY-/.test(text)) {
    return 'The wallet holds no private key; it must be the ewallet.pem of a client, not a list of CA certificates.';
  }
  const key = openKey(text, settings.wallet_password);
  if (!key) return keyFault(text, settings.wallet_password);
  return certificateFault(text, key);
}

async function readWallet({
  wallet_content: content,
  wallet_location: location,
}: WalletSettings): Promise<{ text?: string; fault?: string }> {
  if (content !== undefined) return { text: content };
  // With SYSTEM the driver trusts what Node.js trusts.
  if (location === undefined || location.toUpperCase() === 'SYSTEM') return {};
  try {
    return { text: await readFile(join(location, 'ewallet.pem'), 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { fault: `ORACLE_WALLET_LOCATION has no readable ewallet.pem (${code}).` };
  }
}

function openKey(key: string, passphrase: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    return undefined;
  }
}

function keyFault(text: string, password: string | undefined): string {
  const isEncrypted = /ENCRYPTED/.test(text);
  if (!isEncrypted) return 'The private key of the wallet is damaged.';
  return password === undefined
    ? 'The private key of the wallet is encrypted; set ORACLE_WALLET_PASSWORD.'
    : 'ORACLE_WALLET_PASSWORD does not open the private key of the wallet.';
}

function certificateFault(text: string, key: KeyObject): string | undefined {
  const certificate = firstCertificate(text);
  if (!certificate) return 'The wallet holds no readable certificate.';
  if (!certificate.checkPrivateKey(key)) {
    return 'The first certificate of the wallet does not belong to its private key.';
  }
  const { validFromDate, validToDate } = certificate;
  const now = new Date();
  if (validToDate < now) {
    return `The client certificate of the wallet expired on ${dayOf(validToDate)}; download the wallet anew.`;
  }
  if (validFromDate > now) {
    return `The client certificate of the wallet is not valid before ${dayOf(validFromDate)}.`;
  }
  return undefined;
}

function firstCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
