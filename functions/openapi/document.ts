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
      description:
        'Oracle tables to Google Cloud Storage. Everything is JSON; a field or parameter that is not documented is refused. Answers may get more fields.',
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
