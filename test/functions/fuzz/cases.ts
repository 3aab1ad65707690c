import fc, { type Arbitrary } from 'fast-check';
import { keys } from '../api.ts';
import type { Operation, Parameter } from './document.ts';
import { valuesOf } from './values.ts';

/** One request, and what may come of it. */
export interface Case {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  /** Statuses of which one must be the answer's; any documented one below 500 when left out. */
  readonly expected?: readonly number[];
}

/** Values that exist, by the name of the parameter: without them every answer would be 404. */
export type Known = Readonly<Record<string, readonly string[]>>;

const json = { 'Content-Type': 'application/json' };

/** Requests as the document admits them; one in them may still contradict the state, or another part of it. */
export function admitted(operation: Operation, known: Known): Arbitrary<Case> {
  const { method, path, body, parameters, needsKey } = operation;
  return fc
    .record({
      parameters: fc.tuple(...parameters.map((parameter) => parameterOf(parameter, known))),
      body: body
        ? fc.option(valuesOf(body.schema), { nil: undefined, freq: body.isRequired ? 1e9 : 4 })
        : fc.constant(undefined),
      accept: fc.constantFrom('application/json', '*/*'),
    })
    .map((drawn) => {
      const given = drawn.parameters.flat();
      const sent =
        drawn.body === undefined ? undefined : JSON.stringify(settled(drawn.body, known));
      return {
        kind: 'admitted',
        method,
        path: given
          .filter(({ place }) => place === 'path')
          .reduce((so, { name, text }) => so.replace(`{${name}}`, encodeURIComponent(text)), path),
        query: given.filter(({ place }) => place === 'query').map(({ name, text }) => [name, text]),
        headers: {
          Accept: drawn.accept,
          ...(needsKey && { 'X-API-Key': keys.admin }),
          ...(sent !== undefined && json),
          ...Object.fromEntries(
            given.filter(({ place }) => place === 'header').map(({ name, text }) => [name, text]),
          ),
        },
        body: sent,
      };
    });
}

/** What only the deployment knows: its bucket, and the name that a transport keeps. */
function settled(body: unknown, { bucket = [], transportName = [] }: Known): unknown {
  const { name, destination } = body as { name?: string; destination?: { bucket?: string } };
  return {
    ...(body as object),
    ...(name !== undefined && { name: transportName[0] ?? name }),
    ...(destination?.bucket !== undefined && {
      destination: { ...destination, bucket: bucket[0] ?? destination.bucket },
    }),
  };
}

interface Given {
  readonly place: string;
  readonly name: string;
  readonly text: string;
}

function parameterOf(parameter: Parameter, known: Known): Arbitrary<readonly Given[]> {
  const { name, in: place, required, schema } = parameter;
  const drawn = valuesOf(schema)
    .map((value) => (Array.isArray(value) ? value.map(String) : [String(value)]))
    .filter((texts) => texts.every((text) => canBeSent(place, text)));
  const existing = known[name]?.map((text) => [text]) ?? [];
  const values =
    existing.length === 0
      ? drawn
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...existing) }, drawn);
  const some = required ? values : fc.option(values, { nil: [], freq: 2 });
  return some.map((texts) => texts.map((text) => ({ place, name, text })));
}

function canBeSent(place: string, text: string): boolean {
  if (!text.isWellFormed()) return false;
  if (place === 'header') return /^[\x20-\x7e]*$/.test(text) && text === text.trim();
  // A client resolves these before it sends them.
  return place === 'query' || !/^\.{1,2}$/.test(text);
}
