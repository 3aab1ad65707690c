import { z } from 'zod';
import type { Route } from '../http/route.ts';
import { errorResponses, headerReferences, limitHeaders } from './errors.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

/** What the rows of the table add to the components. */
export interface Components {
  readonly schemas: Schemas;
  readonly responses: Record<string, JsonSchema>;
}

/** One row of the table as an operation: https://spec.openapis.org/oas/v3.1.1.html#operation-object */
export function describeOperation(route: Route, components: Components): JsonSchema {
  const { schemas } = components;
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...descriptionOf(route),
    security: securityOf(route),
    parameters: [
      ...parameters('path', schemas.input(route.input.params)),
      ...parameters('query', schemas.input(route.input.query)),
      ...parameters('header', schemas.input(route.input.headers)),
    ],
    ...bodyOf(route, schemas),
    responses: {
      ...errorResponses(route, components.responses),
      ...successes(route, schemas),
    },
  };
}

function descriptionOf({ description, scope }: Route): JsonSchema {
  const needs = scope === 'none' ? 'Asks for no key.' : `Needs the scope \`${scope}\`.`;
  return { description: description === undefined ? needs : `${description}\n\n${needs}` };
}

function securityOf({ scope, takesTicket }: Route): JsonSchema[] {
  if (scope === 'none') return [];
  const known = [{ apiKey: [scope] }, { google: [scope] }];
  return takesTicket ? [...known, { ticket: [] }] : known;
}

// The media types of the responses say what Accept may be; as a parameter it is to be ignored.
const notParameters = ['accept', 'ticket'];

function parameters(place: 'path' | 'query' | 'header', object: JsonSchema): JsonSchema[] {
  const { properties = {}, required = [] } = object as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties)
    .filter(([name]) => !notParameters.includes(name))
    .map(([name, { description, ...schema }]) => ({
      name: place === 'header' ? headerName(name) : name,
      in: place,
      ...(description !== undefined && { description }),
      // With a default nothing is required, though the form that is read has it always.
      required: place === 'path' || (required.includes(name) && !('default' in schema)),
      schema,
    }));
}

/** As their owners write them; the others by rule. */
const spelledOtherwise = [
  'Last-Event-ID',
  'X-CloudScheduler',
  'X-CloudScheduler-JobName',
  'X-CloudScheduler-ScheduleTime',
];

/** If-Match for if-match. */
function headerName(name: string): string {
  const spelled = spelledOtherwise.find((known) => known.toLowerCase() === name);
  return spelled ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function bodyOf({ takesBody, input, example }: Route, schemas: Schemas): JsonSchema {
  if (!takesBody) return {};
  const isOptional = input.body instanceof z.ZodOptional;
  const schema = schemas.input(input.body);
  const content = { schema, ...(example !== undefined && { example }) };
  return { requestBody: { required: !isOptional, content: { 'application/json': content } } };
}

function successes(route: Route, schemas: Schemas): Record<string, JsonSchema> {
  const { status, summary, also = {}, headers = [], isProbe } = route;
  const content = contentOf(route, schemas);
  const counted = isProbe ? [] : limitHeaders;
  const common = { headers: headerReferences(['X-Trace-Id', ...counted, ...headers]) };
  const answerOf = (code: number, description: string) => [
    String(code),
    { description, ...common, ...(code !== 204 && { content }) },
  ];
  return Object.fromEntries([
    answerOf(status, `${summary}.`),
    ...Object.entries(also).map(([code, description]) => answerOf(Number(code), description)),
  ]);
}

function contentOf({ response, answer, media, events }: Route, schemas: Schemas): JsonSchema {
  if (media !== undefined) return { [media]: { schema: { type: 'string' } } };
  return {
    'application/json': {
      schema: schemas.output(response),
      ...(answer !== undefined && { example: answer }),
    },
    ...(events && { 'text/event-stream': streamOf(events, schemas) }),
  };
}

/** OpenAPI 3.1 knows no streams, so the schema of an event stands for all of them: its name, and its data as JSON. */
function streamOf(events: NonNullable<Route['events']>, schemas: Schemas): JsonSchema {
  const oneOf = Object.entries(events).map(([name, data]) => ({
    type: 'object',
    title: name,
    properties: {
      event: { const: name },
      id: { type: 'string', description: 'For Last-Event-ID; an `error` has none.' },
      data: schemas.output(data),
    },
    required: ['event', 'data'],
  }));
  return { schema: { type: 'array', description: 'Server-sent events.', items: { oneOf } } };
}
