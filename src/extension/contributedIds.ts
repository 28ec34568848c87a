/** Names by which the manifest contributes what VS Code asks for by itself. */
export const COMPARISON_VIEW = 'pisaUpscale.comparison';
export const COMPARISON_EDITOR = 'pisaUpscale.comparisonEditor';
export const BATCH_VIEW = 'pisaUpscale.batch';
export const TASK_TYPE = 'pisa-upscale';
/** Reads the lines of a watching task. */
export const WATCH_MATCHER = '$pisa-upscale-watch';
export const UPSCALE_IMAGE_TOOL = 'pisa-upscale_upscale_image';
