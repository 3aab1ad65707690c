import type { Context } from '../context.ts';
import type { Reply } from '../http/answer.ts';
import type { Route } from '../http/route.ts';
import { documentText } from './document.ts';

/** Gives the document of the routes, which is written once, when it is first asked for. */
export function getDocument(routes: () => readonly Route[]): (ctx: Context) => Promise<Reply> {
  let text: string | undefined;
  return async ({ version }) => {
    text ??= documentText(routes(), version);
    return { text };
  };
}
