import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { onlyThroughWrappers } from './scripts/lint/onlyThroughWrappers.mjs';

/** Refuses imports by package name and by folder, with the reason that the architecture gives. */
const forbid = ({ packages = [], folders = [], node = false }, message) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: packages.map((name) => ({ name, message })),
      patterns: [
        ...folders.map((folder) => ({ group: [`**/${folder}/**`], message })),
        ...(node ? [{ regex: '^(node:|fs$|path$|os$|child_process$)', message }] : []),
      ],
    },
  ],
});

const ONNX_RUNTIME_MESSAGE =
  'Load ONNX Runtime with loadOnnxRuntime() only: it switches the telemetry off before.';

const natives = ['onnxruntime-node', 'sharp'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-test/',
      'dist-package/',
      'node_modules/',
      'src/engine/graph/proto/onnx_pb.ts',
      'src/engine/remote/oip/inference_pb.ts',
      '**/*.cjs',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        // One program over all files: parsing and checking a second and third time took as long.
        project: './tsconfig.test.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-syntax': [
        'error',
        ...[
          'ImportDeclaration[importKind!="type"][source.value="onnxruntime-node"]',
          'ImportExpression[source.value="onnxruntime-node"]',
          'CallExpression[callee.name="require"][arguments.0.value="onnxruntime-node"]',
        ].map((selector) => ({ selector, message: ONNX_RUNTIME_MESSAGE })),
      ],
    },
  },
  {
    files: ['src/engine/runtime/onnxRuntime.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { pisa: { rules: { 'only-through-wrappers': onlyThroughWrappers } } },
    rules: { 'pisa/only-through-wrappers': 'error' },
  },
  {
    files: ['src/shared/**/*.ts'],
    rules: forbid(
      {
        packages: ['vscode', ...natives],
        folders: ['extension', 'engine', 'client', 'batch', 'files', 'webview', 'cli', 'node'],
        node: true,
      },
      'src/shared imports nothing from vscode, the DOM, Node or the other rooms.',
    ),
  },
  {
    files: ['src/files/**/*.ts'],
    rules: forbid(
      {
        packages: ['vscode', ...natives],
        folders: ['extension', 'engine', 'client', 'batch', 'webview', 'cli'],
      },
      'src/files reads and removes files for everybody, so it knows nobody.',
    ),
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: forbid(
      { packages: ['vscode'], folders: ['extension', 'client', 'batch', 'webview', 'cli', 'node'] },
      'The engine knows only itself, src/files and src/shared.',
    ),
  },
  {
    files: ['src/client/**/*.ts'],
    rules: forbid(
      {
        packages: ['vscode', ...natives],
        folders: ['extension', 'engine', 'batch', 'webview', 'cli', 'node'],
      },
      'The client starts the engine as a process; it never loads it.',
    ),
  },
  {
    files: ['src/batch/**/*.ts'],
    rules: forbid(
      {
        packages: ['vscode', ...natives],
        folders: ['extension', 'engine', 'webview', 'cli', 'node'],
      },
      'Batches know the client and files; the editor and the terminal use them.',
    ),
  },
  {
    files: ['src/node/**/*.ts'],
    rules: forbid(
      {
        packages: ['vscode', ...natives],
        folders: ['extension', 'engine', 'batch', 'webview', 'cli'],
      },
      'The library drives the engine through src/client.',
    ),
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: forbid(
      { packages: ['vscode', ...natives], folders: ['extension', 'engine', 'webview'] },
      'The CLI drives the engine through src/client.',
    ),
  },
  {
    files: ['src/extension/**/*.ts'],
    rules: forbid(
      { packages: natives, folders: ['engine/**', 'webview', 'cli', 'node'] },
      'The extension host loads no native module; it drives the engine through src/client.',
    ),
  },
  {
    files: ['src/webview/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      // Preact's hooks have React's names and rules.
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      ...forbid(
        {
          packages: ['vscode', ...natives],
          folders: ['extension', 'engine', 'client', 'batch', 'files', 'cli', 'node'],
          node: true,
        },
        'The webview is browser code.',
      ),
    },
  },
  {
    files: ['test/**/*.{ts,tsx}', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['test', 'describe', 'it', 'before', 'after'],
              package: 'node:test',
            },
          ],
        },
      ],
    },
  },
);
