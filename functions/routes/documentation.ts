import { z } from 'zod';
import { docsInput, getDocs, getDocsFile } from '../docs.ts';
import { type Route, route } from '../http/route.ts';
import { getDocument } from '../openapi/serve.ts';

/** The API about itself; `routes` gives all of it, these rows as well. */
export function documentationRoutes(routes: () => readonly Route[]): readonly Route[] {
  return [
    route({
      id: 'getDocument',
      tag: 'Documentation',
      method: 'GET',
      service: 'each',
      path: '/api/openapi.json',
      summary: 'This document',
      scope: 'none',
      status: 200,
      response: z.unknown(),
      handle: getDocument(routes),
    }),
    route({
      id: 'getDocs',
      tag: 'Documentation',
      method: 'GET',
      service: 'each',
      path: '/api/docs',
      summary: 'This document as a page to read and to try',
      scope: 'none',
      status: 200,
      response: z.unknown(),
      media: 'text/html',
      handle: getDocs,
    }),
    route({
      id: 'getDocsFile',
      tag: 'Documentation',
      method: 'GET',
      service: 'each',
      path: '/api/docs/:file',
      summary: 'A file of that page',
      scope: 'none',
      input: docsInput,
      status: 200,
      response: z.unknown(),
      media: '*/*',
      errors: ['NOT_FOUND'],
      handle: getDocsFile,
    }),
  ];
}
