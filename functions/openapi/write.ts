import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { routes } from '../routes.ts';
import { packageVersion } from '../version.ts';
import { documentText } from './document.ts';

/** Writes the document to `functions/openapi.json`; with --check, only says whether that is what is there. */
const file = fileURLToPath(new URL('../openapi.json', import.meta.url));
const text = documentText(routes, packageVersion());

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('functions/openapi.json is not current: npm run openapi\n');
  process.exitCode = 1;
}
