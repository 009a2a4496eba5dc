/**
 * The directions in which the files of `src/` may import each other: public constructs, capabilities, common code.
 * Imports of types count too: a file that imports only a type still depends on the file that defines it.
 */

/** The folders of `src/private/` beside `common/`, and which other folders each may import from. */
const CAPABILITIES = {
  'streaming': ['keys', 'service-role', 'delivery', 'common'],
  'keys': ['service-role', 'common'],
  'service-role': ['common'],
  'monitoring': ['common'],
  'audit': ['keys', 'common'],
  'delivery': ['keys', 'common'],
  'data-models': ['common'],
  'tables': ['delivery', 'data-models', 'common'],
};

const oneOf = (folders) => `^src/private/(${folders.join('|')})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Files that import each other cannot be read, tested or loaded one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-public-in-private',
      comment: 'Public constructs import private files, not the reverse. KeyAccess is an enum without imports.',
      severity: 'error',
      from: { path: '^src/private/' },
      to: { path: '^src/[^/]+[.]ts$', pathNot: '^src/key-access[.]ts$' },
    },
    {
      name: 'private-folders',
      comment: 'Each private file belongs to a capability or to common.',
      severity: 'error',
      from: {},
      to: { path: '^src/private/', pathNot: oneOf([...Object.keys(CAPABILITIES), 'common']) },
    },
    ...Object.entries(CAPABILITIES).map(([folder, allowed]) => ({
      name: `${folder}-imports`,
      comment: `src/private/${folder}/ may import from: ${allowed.join(', ')}.`,
      severity: 'error',
      from: { path: oneOf([folder]) },
      to: { path: '^src/(private|import|bin)/', pathNot: oneOf([folder, ...allowed]) },
    })),
    {
      name: 'common-is-the-lowest-layer',
      comment: 'src/private/common/ imports nothing else of src/.',
      severity: 'error',
      from: { path: oneOf(['common']) },
      to: { path: '^src/', pathNot: oneOf(['common']) },
    },
    {
      name: 'command-is-separate',
      comment: 'The command runs without AWS CDK: it shares only the table of data types with the constructs.',
      severity: 'error',
      from: { path: '^src/(import|bin)/' },
      to: { path: '^src/', pathNot: '^src/(import/|bin/|private/common/data-types[.]ts$)' },
    },
    {
      name: 'no-command-in-constructs',
      comment: 'The constructs do not use the command.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(import|bin)/' },
      to: { path: '^src/(import|bin)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // without it, imports of types are not seen
    tsConfig: { fileName: 'tsconfig.dev.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
