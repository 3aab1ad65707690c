import { setTimeout as delay } from 'node:timers/promises';
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { boot } from '../../functions/boot.ts';
import { type Route, route } from '../../functions/http/route.ts';
import { serve } from '../../functions/http/serve.ts';
import { routes } from '../../functions/routes.ts';

/** The API with a few calls more, which take their time or fail as no handler should. */

const row = (id: string, handle: () => Promise<object>): Route =>
  route({
    id,
    tag: 'Service',
    method: 'GET',
    path: `/api/${id}`,
    summary: id,
    scope: 'none',
    isProbe: true,
    status: 200,
    response: z.unknown(),
    handle: async () => ({ body: await handle() }),
  });

const faulty = [
  row('slow', () => delay(1_500, { slow: true })),
  row('throw', () => {
    setTimeout(() => {
      throw new Error('thrown where nobody catches, with ORAFERRY/c4n4ry@db');
    }, 10);
    return new Promise(() => undefined);
  }),
  row('reject', async () => {
    void Promise.reject(new Error('rejected where nobody waits'));
    return delay(50, { well: true });
  }),
];

http('api', serve([...routes, ...faulty], boot(), 'api'));
