import { http } from '@google-cloud/functions-framework';
import { boot } from './boot.ts';
import { serve } from './http/serve.ts';
import { routes } from './routes.ts';

/** The functions, by the name that `--function` and `--target` take. */
const context = boot();

http('api', serve(routes, context, 'api'));
http('oracle', serve(routes, context, 'oracle'));
http('reconcile', serve(routes, context, 'reconcile'));
/** Every path on one port, for a machine of one's own. */
http('all', serve(routes, context));
