import type { Route, Tag } from '../http/route.ts';
import { errorSchema, headerComponents } from './errors.ts';
import { type Components, describeOperation } from './operation.ts';
import { createSchemas, type JsonSchema } from './schemas.ts';

/** The document as it is served and kept in the repository. */
export function documentText(routes: readonly Route[], version: string): string {
  return `${JSON.stringify(describeApi(routes, version), null, 2)}\n`;
}

/** The table of routes as an OpenAPI document: https://spec.openapis.org/oas/v3.1.1.html */
function describeApi(routes: readonly Route[], version: string): JsonSchema {
  const components: Components = { schemas: createSchemas(), responses: {} };
  const paths = pathsOf(routes, components);
  return {
    openapi: '3.1.1',
    info: {
      title: 'OraFerry',
      version,
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The host that served this document.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes,
      schemas: { Error: errorSchema, ...sorted(components.schemas.components) },
      responses: sorted(components.responses),
      headers: headerComponents,
    },
  };
}

const introduction = `
Oracle tables to Google Cloud Storage, as they were at one moment.

1. **Show who you are**: \`X-API-Key: <id>.<secret>\`, or a Google ID token as \`Authorization: Bearer\`. On the page,
   *Authorize* takes the key; it is sent with each *Try it out*.
2. **Define** what to export with \`POST /api/transport\`; \`preflight\` says what is missing for it.
3. **Execute** it: the answer has the job. A repeated call with the same \`Idempotency-Key\` answers the same job.
4. **Follow** it with \`GET /api/jobs/{id}\` or, live, with \`GET /api/transport/{id}/status\`, until its state is
   SUCCEEDED, PARTIALLY_SUCCEEDED, FAILED or CANCELLED.
5. **Read** \`GET /api/jobs/{id}/manifest\`: it names each object with its rows and checksum.

Everything is JSON. A field or parameter that is not documented is refused; answers may get more fields. Every error has
one shape, with a \`code\` for programs, an \`action\` for people and a \`trace_id\` that the logs carry too: the caller's own,
if the request has \`traceparent\` or \`X-Cloud-Trace-Context\`. Lists come in pages: pass on \`next_page_token\` as
\`page_token\` until it is null. After 429 or 503 wait the seconds of \`Retry-After\`, where it is sent.
`.trim();

const tags: Readonly<Record<Tag, string>> = {
  Service: 'The service itself.',
  Oracle: 'What the database holds.',
  Transports: 'Named definitions of what to export, and their execution.',
  Jobs: 'Executions of transports.',
  Documentation: 'The API about itself.',
};

const securitySchemes: Readonly<Record<string, JsonSchema>> = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'A key, `<id>.<secret>`, with its scopes: read, write, execute, or admin for all.',
  },
  google: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An OIDC token of a service account, signed by Google.',
  },
  ticket: {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'For one call of one job’s status, by a client that cannot send headers.',
  },
};

function pathsOf(routes: readonly Route[], components: Components): JsonSchema {
  const byPath = Map.groupBy(routes, ({ path }) => path.replace(/:(\w+)/g, '{$1}'));
  return Object.fromEntries(
    [...byPath].map(([path, rows]) => [
      path,
      Object.fromEntries(
        rows.map((row) => [row.method.toLowerCase(), describeOperation(row, components)]),
      ),
    ]),
  );
}

function sorted(named: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
