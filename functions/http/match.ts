import { OraFerryError } from '../../shared/errors.ts';
import type { Route } from './route.ts';

/** What a path leads to: the route of the method if there is one, and all methods that the path knows. */
interface Match {
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** None for a path that leads nowhere. */
  readonly methods: readonly string[];
}

/** Finds the route for a request. Throws VALIDATION_ERROR for a path that is not properly percent-encoded. */
export function findRoute(routes: readonly Route[], method: string, pathname: string): Match {
  const texts = pathname.split('/');
  const matches = routes.filter(({ segments }) => leadsTo(segments, texts));
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = matches.find((match) => match.method === wanted);
  return {
    route,
    params: route ? paramsOf(route.segments, texts) : {},
    methods: matches.length === 0 ? [] : [...matches.flatMap(methodsOf), 'OPTIONS'],
  };
}

function leadsTo(segments: readonly string[], texts: readonly string[]): boolean {
  return (
    segments.length === texts.length && segments.every((segment, i) => fits(segment, texts[i]))
  );
}

function fits(segment: string, text: string | undefined): boolean {
  return segment.startsWith(':') ? text !== '' : segment === text;
}

function methodsOf({ method }: Route): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function paramsOf(segments: readonly string[], texts: readonly string[]): Record<string, string> {
  const named = segments.flatMap((segment, i) =>
    segment.startsWith(':') ? [[segment.slice(1), decoded(texts[i] ?? '')]] : [],
  );
  return Object.fromEntries(named);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new OraFerryError('VALIDATION_ERROR', 'The path is not properly percent-encoded.', {
      cause,
    });
  }
}
