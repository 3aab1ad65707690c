import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The committed OpenAPI document, as the tests read it. */

export type Schema = { readonly [keyword: string]: unknown };

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly needsKey: boolean;
  readonly parameters: readonly Parameter[];
  /** Undefined when the call takes no body. */
  readonly body: { readonly isRequired: boolean; readonly schema: Schema } | undefined;
  readonly responses: Readonly<Record<string, Response>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is read in many places of many shapes.
type Document = any;

const text = readFileSync(new URL('../../../functions/openapi.json', import.meta.url), 'utf8');
const document: Document = JSON.parse(text);

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods as Document).map(([method, operation]) =>
      readOperation(path, method, operation),
    ),
);

function readOperation(path: string, method: string, operation: Document): Operation {
  const { requestBody } = operation;
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    needsKey: operation.security.length > 0,
    parameters: operation.parameters,
    body: requestBody && {
      isRequired: requestBody.required,
      schema: requestBody.content['application/json'].schema,
    },
    responses: Object.fromEntries(
      Object.entries<Document>(operation.responses).map(([status, response]) => [
        status,
        response.$ref ? resolve(response.$ref) : response,
      ]),
    ),
  };
}

/** What a reference within the document points at. */
export function resolve(reference: string): Document {
  return reference
    .slice(2)
    .split('/')
    .reduce((node, name) => node[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema(withoutMoreFields(JSON.parse(text)), 'document');

const validators = new Map<Schema, ValidateFunction>();

/** What is wrong with an answer's body; undefined when it is as documented. */
export function faultOf(schema: Schema, body: unknown): string | undefined {
  const known = validators.get(schema) ?? ajv.compile(withReferences(schema));
  validators.set(schema, known);
  return known(body) ? undefined : ajv.errorsText(known.errors);
}

/** Callers must bear fields that they do not know; the tests must not, or nobody would document them. */
function withoutMoreFields(node: Document): Document {
  if (Array.isArray(node)) return node.map(withoutMoreFields);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withoutMoreFields(value)]),
  );
  const isOpen = node.type === 'object' && node.properties && !('additionalProperties' in node);
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

function withReferences(schema: Schema): Schema {
  const pointed = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/');
  return withoutMoreFields(JSON.parse(pointed));
}
