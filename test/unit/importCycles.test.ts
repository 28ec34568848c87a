import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const SOURCES = path.resolve(__dirname, '../../src');

/** Imports and re-exports of types alone, which are gone when the program runs. */
const TYPES = /^(?:import|export) type [^;]*?from '[^']*';$/gm;

/** What a source file imports of the others; of the shared room also its types. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const isShared = path.relative(SOURCES, file).startsWith('shared');
  const { importedFiles } = ts.preProcessFile(isShared ? text : text.replace(TYPES, ''));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .flatMap(({ fileName }) =>
      ['.ts', '.tsx'].map((ending) => path.resolve(path.dirname(file), fileName) + ending),
    )
    .filter((imported) => existsSync(imported));
}

/** The first way from a file back to itself, or undefined. */
function firstCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const at = way.indexOf(file);
    if (at >= 0) return [...way.slice(at), file];
    if (done.has(file)) return undefined;
    way.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    way.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

test('no source file imports itself by way of others; in the shared room not even for types', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.join(SOURCES, name));
  assert.ok(files.length > 100);
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  assert.ok([...graph.values()].flat().length > 300, 'imports are seen');
  const names = firstCycle(graph)?.map((file) => path.relative(SOURCES, file));
  assert.equal(names?.join(' → '), undefined);
});

test('a cycle of three is found', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['x', 'c']],
    ['c', ['a']],
    ['x', []],
  ]);
  assert.deepEqual(firstCycle(graph), ['a', 'b', 'c', 'a']);
});
