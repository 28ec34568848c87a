/** The embedded models without what made and measured them. */
import { cpSync, readdirSync, existsSync } from 'node:fs';
import path from 'node:path';

/** What the registry reads, and what the licence wants. */
const SHIPPED = ['manifest.json', 'model.onnx', 'LICENSE', 'README.md'];

/** @param {string} folder gets models/ */
export function copyModels(folder) {
  for (const { name } of readdirSync('models', { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )) {
    for (const file of SHIPPED) {
      const source = path.join('models', name, file);
      if (existsSync(source)) cpSync(source, path.join(folder, source));
      else throw new Error(`${source} is missing; "npm run build" makes models.`);
    }
  }
}
