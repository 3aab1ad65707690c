import { z } from 'zod';
import type { Logger } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import type { Reply } from './answer.ts';
import type { Principal, Scope } from './auth.ts';
import { type Input, type InputSchemas, parseInput, type RawInput } from './input.ts';

/** What a handler knows of its request besides the parsed input. */
export interface Caller {
  readonly principal: Principal;
  readonly traceId: string;
  readonly log: Logger;
  /** Scheme and host as the caller wrote them. */
  readonly origin: string;
}

export type Call<S extends Partial<InputSchemas>> = Caller & Input<Complete<S>>;

type Complete<S extends Partial<InputSchemas>> = {
  [place in keyof InputSchemas]: S extends Record<place, infer T extends z.ZodType>
    ? T
    : (typeof nothing)[place];
};

/** The deployed functions, which differ by what they may reach; `each` of them serves a few rows. */
export type Service = 'api' | 'oracle';

interface Description {
  /** `api` unless told. */
  readonly service?: Service | 'each';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/api${string}`;
  readonly summary: string;
  /** What the caller must be allowed; `none` asks for no key or token. */
  readonly scope: Scope | 'none';
  /** A ticket in the query may stand for a key or token. */
  readonly takesTicket?: boolean;
  /** Of an answer without an error. */
  readonly status: number;
  readonly response: z.ZodType;
  /** Data of each server-sent event, when the caller may ask for a stream of them instead of the response. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

/** A row of the route table. Everything that a document about the API needs is here as data. */
export interface Route extends Description {
  readonly service: Service | 'each';
  readonly input: InputSchemas;
  readonly takesBody: boolean;
  readonly pattern: URLPattern;
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
    pattern: new URLPattern({ pathname: description.path }),
    run: async (ctx, caller, raw) => handle(ctx, { ...caller, ...parseInput(input, raw) }),
  };
}

/** The route for a request, its path parameters, and the methods that its path knows. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { route: Route | undefined; params: Record<string, string>; methods: string[] } {
  const matches = routes.flatMap((candidate) => {
    const groups = candidate.pattern.exec({ pathname })?.pathname.groups;
    return groups ? [{ route: candidate, groups }] : [];
  });
  const wanted = method === 'HEAD' ? 'GET' : method;
  const match = matches.find(({ route }) => route.method === wanted);
  const params = Object.entries(match?.groups ?? {}).map(([name, text = '']) => [
    name,
    decodeURIComponent(text),
  ]);
  return {
    route: match?.route,
    params: Object.fromEntries(params),
    methods: matches.flatMap(({ route: { method: known } }) =>
      known === 'GET' ? ['GET', 'HEAD'] : [known],
    ),
  };
}
