import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Looks for credentials in every file that is or could be committed. The forms are those that GitHub looks for, too:
 * https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 */
const forms: Readonly<Record<string, RegExp>> = {
  'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{100}/,
  'key of a Google service account': /"private_key_id":\s*"[0-9a-f]{40}"/,
  'Google API key': /\bAIza[\w-]{35}\b/,
  'Google OAuth secret': /\bGOCSPX-[\w-]{28}\b/,
  'Google access token': /\bya29\.[\w-]{60,}/,
  'AWS access key': /\b(AKIA|ASIA)[A-Z2-7]{16}\b/,
  'GitHub token': /\b(gh[pousr]_\w{36,}|github_pat_\w{60,})\b/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b/,
  'Slack token': /\bxox[abeoprs]-[\w-]{20,}/,
  'Stripe key': /\b[rs]k_live_[A-Za-z0-9]{24,}\b/,
  'ID token with its signature': /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{40,}/,
};

const ignored = ['.git', ...readFileSync('.gitignore', 'utf8').split('\n')].map(withoutSlash);
const files = filesIn('.');
const found = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return Object.entries(forms).flatMap(([name, form]) => {
    const at = text.search(form);
    return at < 0 ? [] : [`${file}:${text.slice(0, at).split('\n').length}: a ${name}`];
  });
});
for (const line of found) process.stdout.write(`${line}\n`);
process.stdout.write(`Secrets: ${files.length} files read, ${found.length} findings.\n`);
process.exitCode = found.length > 0 || files.length === 0 ? 1 : 0;

/** Without git, which a build need not have. Patterns of .gitignore are not read as such: what they mean is searched. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter(({ name }) => !ignored.includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
}

function withoutSlash(line: string): string {
  return line.trim().replace(/\/$/, '');
}
