import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { OraFerryError } from '../shared/errors.ts';
import type { Context } from './context.ts';
import type { Reply } from './http/answer.ts';
import type { Call } from './http/route.ts';

/** The document as a page, by Swagger UI out of its package: https://github.com/swagger-api/swagger-ui */

const files = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
} as const;
type FileName = keyof typeof files;

export const docsInput = {
  params: z.object({ file: z.string().min(1).max(200) }),
};

/** Nothing from elsewhere, nothing inline. The style's icons are images within it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>OraFerry API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });
`;

/** The page itself. */
export async function getDocs(): Promise<Reply> {
  return {
    text: page,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  };
}

/** One of its files, compressed. Throws NOT_FOUND for any other. */
export async function getDocsFile(
  _ctx: Context,
  { params: { file } }: Call<typeof docsInput>,
): Promise<Reply> {
  if (!isFile(file)) throw new OraFerryError('NOT_FOUND', 'The page has no such file.');
  return {
    bytes: await compressed(file),
    headers: {
      'Content-Type': files[file],
      'Content-Encoding': 'gzip',
      'Cache-Control': 'public, max-age=3600',
    },
  };
}

function isFile(name: string): name is FileName {
  return Object.hasOwn(files, name);
}

const kept = new Map<FileName, Promise<Buffer>>();

const sources = {
  'swagger-ui.css': import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
};

/** Every browser takes gzip, and the largest file is 1.7 MB without. */
function compressed(file: FileName): Promise<Buffer> {
  const known = kept.get(file) ?? contentOf(file).then(promisify(gzip));
  kept.set(file, known);
  return known;
}

async function contentOf(file: FileName): Promise<Buffer> {
  if (file === 'start.js') return Buffer.from(start);
  return readFile(new URL(sources[file]));
}
