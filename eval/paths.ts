import path from 'node:path';

/** Root of the checkout. */
export const ROOT = path.dirname(__dirname);
/**
 * Packages with weights that only the evaluation needs, and what is made of them. Ignored by git.
 */
export const CACHE = path.join(__dirname, '.cache');
/** Models that the extension embeds. */
export const EMBEDDED_MODELS = path.join(ROOT, 'models');
/** Models that only the evaluation uses. */
export const EVALUATION_MODELS = path.join(CACHE, 'models');
/** Where the training data's script and its list of held-out pictures lie. */
export const DATA_SCRIPTS = path.join(EMBEDDED_MODELS, 'pisa-compact-4x', 'training', 'data');
