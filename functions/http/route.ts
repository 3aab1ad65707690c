import { z } from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import type { Reply } from './answer.ts';
import { type Input, type InputSchemas, parseInput, type RawInput } from './input.ts';
import type { Principal, Scope } from './principal.ts';

/** What a handler knows of its request besides the parsed input. */
export interface Caller {
  readonly principal: Principal;
  readonly traceId: string;
  readonly log: Logger;
  /** Scheme and host as the caller wrote them. */
  readonly origin: string;
  /** Aborts when the time for the request is over or the caller is gone. */
  readonly signal: AbortSignal;
}

export type Call<S extends Partial<InputSchemas>> = Caller & Input<Complete<S>>;

type Complete<S extends Partial<InputSchemas>> = {
  [place in keyof InputSchemas]: S extends Record<place, infer T extends z.ZodType>
    ? T
    : (typeof nothing)[place];
};

/** The deployed functions, which differ by what they may reach; `each` of them serves a few rows. */
export type Service = 'api' | 'oracle' | 'reconcile';

export type Tag = 'Service' | 'Oracle' | 'Transports' | 'Jobs' | 'Documentation';

interface Description {
  /** Names the call in the document, and in what is generated of it. */
  readonly id: string;
  readonly tag: Tag;
  /** `api` unless told. */
  readonly service?: Service | 'each';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/api${string}`;
  readonly summary: string;
  readonly description?: string;
  /** What the caller must be allowed; `none` asks for no key or token. */
  readonly scope: Scope | 'none';
  /** Probes call it: a refusal of theirs could end an instance that does well, so its calls are not counted. */
  readonly isProbe?: boolean;
  /** Nothing is different after such a call, although its method is not GET; every other is audited. */
  readonly changesNothing?: boolean;
  /** A ticket in the query may stand for a key or token. */
  readonly takesTicket?: boolean;
  /** Of an answer without an error. */
  readonly status: number;
  readonly response: z.ZodType;
  /** Of the response when it is not JSON. */
  readonly media?: string;
  /** Headers that the response has beside those of every answer. */
  readonly headers?: readonly ('ETag' | 'Location')[];
  /** Other statuses of an answer that is no error, and what they mean; its body is the response's, 204 has none. */
  readonly also?: Readonly<Record<number, string>>;
  /** What the handler may throw, beside what any call may come to. */
  readonly errors?: readonly ErrorCode[];
  /** A body that the call takes. */
  readonly example?: unknown;
  /** A body that it answers with. */
  readonly answer?: unknown;
  /** Data of each server-sent event, when the caller may ask for a stream of them instead of the response. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

/** A row of the route table. Everything that a document about the API needs is here as data. */
export interface Route extends Description {
  readonly service: Service | 'each';
  readonly input: InputSchemas;
  readonly takesBody: boolean;
  /** Of its path; one that begins with a colon is a parameter. */
  readonly segments: readonly string[];
  /** Checks the input, then calls the handler. Throws VALIDATION_ERROR and what the handler throws. */
  run(ctx: Context, caller: Caller, raw: RawInput): Promise<Reply>;
}

const nothing = {
  params: z.object({}),
  query: z.strictObject({}),
  headers: z.object({}),
  body: z.undefined(),
};

/** Completes a row: places that are not described take nothing. */
export function route<S extends Partial<InputSchemas>, R extends z.ZodType>(
  definition: Description & {
    readonly input?: S;
    readonly response: R;
    handle(ctx: Context, call: Call<S>): Promise<Reply<z.output<R>>>;
  },
): Route {
  const { handle, input: described, ...description } = definition;
  const input = { ...nothing, ...described } as Complete<S>;
  return {
    service: 'api',
    ...description,
    input,
    takesBody: described?.body !== undefined,
    segments: description.path.split('/'),
    run: async (ctx, caller, raw) => handle(ctx, { ...caller, ...parseInput(input, raw) }),
  };
}
