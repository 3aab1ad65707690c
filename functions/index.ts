import { http } from '@google-cloud/functions-framework';
import { boot } from './boot.ts';
import { serve } from './http/serve.ts';
import { routes } from './routes.ts';

/** The deployed functions, by the name that `--function` and `--target` take. */
const context = boot();

http('api', serve(routes, context));
