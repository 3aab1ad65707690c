import { cruise, format, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/**
 * Checks who imports whom. A cruise that cannot parse TypeScript finds nothing and would pass, so the number of
 * modules read has a floor.
 */
const moduleFloor = 300;
const roots = ['functions', 'jobs', 'shared', 'infra', 'test'];

const options = await extractDepcruiseOptions('./.dependency-cruiser.mjs');
const { output } = await cruise(roots, options, undefined, {
  tsConfig: extractTSConfig('./tsconfig.json'),
});
const { modules, summary } = output as ICruiseResult;
const own = modules.filter(({ source }) => roots.some((root) => source.startsWith(`${root}/`)));
const report = await format(output as ICruiseResult, { outputType: 'err' });
process.stdout.write(String(report.output));
if (own.length < moduleFloor) {
  process.stdout.write(
    `Only ${own.length} modules were read; at least ${moduleFloor} were expected.\n`,
  );
}
process.exitCode = summary.error > 0 || own.length < moduleFloor ? 1 : 0;
process.stdout.write(`Import law: ${own.length} modules read.\n`);
