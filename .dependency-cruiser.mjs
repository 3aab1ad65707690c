const vendors = 'oracle|gcs|firestore|cloud-run|pubsub';

/** The import law: who may know whom. */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-knows-no-program',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|jobs|infra|test)/' },
    },
    {
      name: 'programs-are-separate',
      severity: 'error',
      from: { path: '^(functions|jobs)/' },
      to: { path: '^(functions|jobs|infra|test)/', pathNot: '^$1/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain knows zod and the error catalogue, nothing else.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: {
        pathNot:
          '^(shared/domain/|shared/errors\\.ts$|shared/ports/|node_modules/zod/|node:crypto$|crypto$)',
      },
    },
    {
      name: 'vendors-are-separate',
      severity: 'error',
      from: { path: `^shared/(${vendors})/` },
      to: { path: `^shared/(${vendors})/`, pathNot: '^shared/$1/' },
    },
    ...Object.entries({
      oracle: 'oracledb',
      gcs: '@google-cloud/storage',
      firestore: '@google-cloud/firestore',
      pubsub: '@google-cloud/pubsub',
      'cloud-run': '@google-cloud/run',
    }).map(([folder, name]) => ({
      name: `only-${folder}-knows-${name.split('/').at(-1)}`,
      severity: 'error',
      from: { path: '^(functions|jobs|shared)/', pathNot: `^shared/${folder}/` },
      to: { path: `node_modules/${name}/` },
    })),
    {
      name: 'local-cloud-knows-no-product',
      comment: 'It stands in for services; what it knows of the product is what a user could know.',
      severity: 'error',
      from: { path: '^infra/local/' },
      to: { path: '^(functions|jobs|shared|test)/' },
    },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^(functions|jobs|shared)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
