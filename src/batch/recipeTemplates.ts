/** Kinds of recipes to begin with. */
export const RECIPE_TEMPLATE_IDS = ['beside', 'tree', 'density', 'web'] as const;
export type RecipeTemplateId = (typeof RECIPE_TEMPLATE_IDS)[number];

const wrapped = (...rules: readonly string[]): string =>
  ['{', '\t"rules": [', ...rules.map((line) => `\t\t${line}`), '\t]', '}', ''].join('\n');

/**
 * Recipes as snippets, with places to fill in. The schema offers the same to whoever writes into an
 * empty file.
 */
export const RECIPE_TEMPLATES: Readonly<Record<RecipeTemplateId, string>> = {
  beside: wrapped(
    '// The first rule whose globs match a file decides.',
    '{ "files": "${1:**/*.{png,jpg,webp\\}}", "scale": ${2:2} }',
  ),
  tree: wrapped(
    '// assets-src/ui/a.png becomes public/img/ui/a.png.',
    '{ "files": "${1:assets-src}/**", "to": "${2:public/img}", "output": "{name}.{ext}", "scale": ${3:2} }',
  ),
  density: wrapped(
    '// icon.png gets icon@2x.png and icon@3x.png.',
    '{ "files": "${1:icons/**/*.png}", "density": "${2|apple,android,flutter,web|}", "semantic": ${3:0.3} }',
  ),
  web: wrapped(
    '{ "files": "${1:photos/**/*.jpg}", "targets": [',
    '\t{ "width": ${2:1920}, "format": "webp", "output": "web/{name}.{ext}", "maxKilobytes": ${3:300} },',
    '\t{ "scale": ${4:2} }',
    '] }',
  ),
};
